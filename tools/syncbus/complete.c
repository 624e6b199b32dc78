#include "tools/syncbus/complete.h"

#include "tools/syncbus/complete_bash.h"
#include "tools/syncbus/complete_fish.h"
#include "tools/syncbus/complete_zsh.h"

#include <errno.h>
#include <string.h>

int
complete_print(FILE *to, const struct option_table *main_table,
               const char *shell)
{
    if (strcmp(shell, "bash") == 0) {
        complete_bash(to, main_table);
    } else if (strcmp(shell, "zsh") == 0) {
        complete_zsh(to, main_table);
    } else if (strcmp(shell, "fish") == 0) {
        complete_fish(to, main_table);
    } else {
        return -EINVAL;
    }
    return 0;
}

#include "tools/syncbus/complete.h"

#include "services/runtime/option_text.h"

#include <errno.h>
#include <string.h>

/* ---- what all shells need ---- */

enum complete_kind
complete_kind_of(const struct option_row *row)
{
    const char *argument = option_text_argument(row);

    if (argument == NULL)
        return COMPLETE_NOTHING;
    if (strcmp(argument, "ENGINE") == 0)
        return COMPLETE_ENGINES;
    if (row->choices != NULL || row->kind == OPTION_YESNO)
        return COMPLETE_WORDS;
    if (strcmp(argument, "DIR") == 0)
        return COMPLETE_FOLDERS;
    if (strcmp(argument, "FILE") == 0 || strcmp(argument, "PATH") == 0)
        return COMPLETE_FILES;
    return COMPLETE_ANYTHING;
}

const char *
complete_command_name(const struct option_table *command)
{
    return strrchr(command->program, ' ') + 1;
}

void
complete_print_words(FILE *to, const char *choices)
{
    for (const char *p = choices != NULL ? choices : ""; *p != '\0'; p++)
        (void)fputc(*p == '|' ? ' ' : *p, to);
}

void
complete_each(FILE *to, const struct option_table *table,
              complete_visit_fn visit)
{
    for (size_t i = 0; i < table->count; i++)
        visit(to, &table->rows[i]);
    if (table->shared != NULL) {
        for (size_t i = 0; i < table->shared->count; i++)
            visit(to, &table->shared->rows[i]);
    }
    for (size_t i = 0; i < options_common.count; i++)
        visit(to, &options_common.rows[i]);
}

static void
print_choices(FILE *to, const struct option_row *row)
{
    complete_print_words(to,
                         row->kind == OPTION_YESNO ? "yes|no" : row->choices);
}

/* ---- bash ---- */

static void
bash_option(FILE *to, const struct option_row *row)
{
    (void)fprintf(to, " --%s", row->name);
}

/* What stands behind an option: a branch of `case $prev`. */
static void
bash_value(FILE *to, const struct option_row *row)
{
    enum complete_kind kind = complete_kind_of(row);

    if (kind == COMPLETE_NOTHING)
        return;
    (void)fprintf(to, "    --%s)\n", row->name);
    switch (kind) {
    case COMPLETE_WORDS:
        (void)fputs("        mapfile -t COMPREPLY < <(compgen -W '", to);
        print_choices(to, row);
        (void)fputs("' -- \"$cur\")\n", to);
        break;
    case COMPLETE_FOLDERS:
    case COMPLETE_FILES:
        (void)fprintf(to,
                      "        compopt -o filenames\n"
                      "        mapfile -t COMPREPLY < <(compgen -%c --"
                      " \"$cur\")\n",
                      kind == COMPLETE_FOLDERS ? 'd' : 'f');
        break;
    default:
        break;
    }
    (void)fputs("        return ;;\n", to);
}

/* Options whose value is a word of its own. */
static void
bash_skip(FILE *to, const struct option_row *row)
{
    if (complete_kind_of(row) != COMPLETE_NOTHING)
        (void)fprintf(to, "|--%s", row->name);
}

static void
bash_operands(FILE *to, const struct option_table *command)
{
    for (size_t i = 0; i < command->operand_count; i++) {
        const struct option_row *row = &command->operands[i];

        if (row->choices != NULL) {
            (void)fputs("            words='", to);
            print_choices(to, row);
            (void)fputs("'\n", to);
        }
        if (complete_kind_of(row) == COMPLETE_ENGINES) {
            (void)fputs(
                "            words+=\" $(\"${COMP_WORDS[0]}\" status --ids"
                " 2>/dev/null)\"\n",
                to);
        }
    }
}

static void
bash_command(FILE *to, const struct option_table *command)
{
    (void)fprintf(to, "    %s)\n        options='--help --version",
                  complete_command_name(command));
    complete_each(to, command, bash_option);
    (void)fputs("'\n        words=\n", to);
    if (command->operand_count > 0) {
        (void)fputs("        if [[ $cur != -* ]]; then\n", to);
        bash_operands(to, command);
        (void)fputs("        fi\n", to);
    }
    (void)fputs("        ;;\n", to);
}

static void
print_bash(FILE *to, const struct option_table *table)
{
    const char *name = table->program;

    (void)fprintf(to,
                  "# bash completion of %s, made from its tables of options\n"
                  "_%s() {\n"
                  "    local cur prev line command i options words\n"
                  "    local -a parts\n"
                  "    cur=${COMP_WORDS[COMP_CWORD]}\n"
                  "    prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                  "    # COMP_WORDS is also cut at the colons of an address.\n"
                  "    line=${COMP_LINE:0:COMP_POINT}\n"
                  "    read -ra parts <<<\"$line\"\n"
                  "    [[ $line == *[[:space:]] ]] || unset 'parts[-1]'\n"
                  "    command=\n"
                  "    for ((i = 1; i < ${#parts[@]}; i++)); do\n"
                  "        case ${parts[i]} in\n"
                  "        -",
                  name, name);
    complete_each(to, table, bash_skip);
    (void)fputs(") ((i += 1)) ;;\n"
                "        -*) ;;\n"
                "        *) command=${parts[i]}; break ;;\n"
                "        esac\n"
                "    done\n"
                "    [[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
                "    [[ $cur == = ]] && cur=\n"
                "    case $prev in\n",
                to);
    complete_each(to, table, bash_value);
    for (size_t i = 0; i < table->command_count; i++) {
        const struct option_table *command = table->commands[i];

        for (size_t r = 0; r < command->count; r++)
            bash_value(to, &command->rows[r]);
    }
    (void)fputs("    esac\n    case $command in\n    '')\n"
                "        options='--help --version",
                to);
    complete_each(to, table, bash_option);
    (void)fputs("'\n        words='", to);
    for (size_t i = 0; i < table->command_count; i++) {
        (void)fprintf(to, "%s%s", i > 0 ? " " : "",
                      complete_command_name(table->commands[i]));
    }
    (void)fputs("' ;;\n", to);
    for (size_t i = 0; i < table->command_count; i++)
        bash_command(to, table->commands[i]);
    (void)fprintf(to,
                  "    *) return ;;\n    esac\n"
                  "    [[ $cur == -* ]] && words=$options\n"
                  "    mapfile -t COMPREPLY < <(compgen -W \"$words\" --"
                  " \"$cur\")\n}\ncomplete -F _%s %s\n",
                  name, name);
}

/* ---- fish ---- */

/* In single quotes, where fish knows \\ and \'. */
static void
fish_quote(FILE *to, const char *text)
{
    (void)fputc('\'', to);
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\'' || *p == '\\')
            (void)fputc('\\', to);
        (void)fputc(*p, to);
    }
    (void)fputc('\'', to);
}

/* What is behind "-l name": whether a value follows, and which. */
static void
fish_value(FILE *to, const struct option_row *row)
{
    switch (complete_kind_of(row)) {
    case COMPLETE_NOTHING:
        break;
    case COMPLETE_FOLDERS:
        (void)fputs(" -x -a '(__fish_complete_directories)'", to);
        break;
    case COMPLETE_FILES:
        (void)fputs(" -r -F", to);
        break;
    case COMPLETE_WORDS:
        (void)fputs(" -x -a '", to);
        print_choices(to, row);
        (void)fputs("'", to);
        break;
    default:
        (void)fputs(" -x", to);
        break;
    }
    (void)fputs(" -d ", to);
    fish_quote(to, row->help);
    (void)fputc('\n', to);
}

static void
fish_command(FILE *to, const char *program, const struct option_table *command)
{
    const char *name = complete_command_name(command);

    (void)fprintf(to, "complete -c %s -n __fish_use_subcommand -a %s -d ",
                  program, name);
    fish_quote(to, command->purpose);
    (void)fputc('\n', to);
    for (size_t i = 0; i < command->count; i++) {
        (void)fprintf(to,
                      "complete -c %s -n '__fish_seen_subcommand_from %s'"
                      " -l %s",
                      program, name, command->rows[i].name);
        fish_value(to, &command->rows[i]);
    }
    for (size_t i = 0; i < command->operand_count; i++) {
        const struct option_row *row = &command->operands[i];

        (void)fprintf(to,
                      "complete -c %s -n '__fish_seen_subcommand_from %s'"
                      " -a '",
                      program, name);
        complete_print_words(to, row->choices);
        if (complete_kind_of(row) == COMPLETE_ENGINES) {
            (void)fprintf(to, "%s(__%s_engines)",
                          row->choices != NULL ? " " : "", program);
        }
        (void)fputs("'\n", to);
    }
}

static void
fish_rows(FILE *to, const char *program, const struct option_table *table)
{
    for (size_t i = 0; table != NULL && i < table->count; i++) {
        (void)fprintf(to, "complete -c %s -l %s", program, table->rows[i].name);
        fish_value(to, &table->rows[i]);
    }
}

static void
print_fish(FILE *to, const struct option_table *table)
{
    const char *name = table->program;

    (void)fprintf(to,
                  "# fish completion of %s, made from its tables of options\n"
                  "function __%s_engines\n"
                  "    command %s status --ids 2>/dev/null\n"
                  "end\n"
                  "complete -c %s -f\n"
                  "complete -c %s -l help -d 'Print a summary and end'\n"
                  "complete -c %s -l version -d 'Print the version and end'\n",
                  name, name, name, name, name, name);
    fish_rows(to, name, table);
    fish_rows(to, name, table->shared);
    fish_rows(to, name, &options_common);
    for (size_t i = 0; i < table->command_count; i++)
        fish_command(to, name, table->commands[i]);
}

int
complete_print(FILE *to, const struct option_table *main_table,
               const char *shell)
{
    if (strcmp(shell, "bash") == 0) {
        print_bash(to, main_table);
    } else if (strcmp(shell, "zsh") == 0) {
        complete_print_zsh(to, main_table);
    } else if (strcmp(shell, "fish") == 0) {
        print_fish(to, main_table);
    } else {
        return -EINVAL;
    }
    return 0;
}

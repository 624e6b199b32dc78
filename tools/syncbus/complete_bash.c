#include "tools/syncbus/complete_bash.h"

#include "tools/syncbus/complete_rows.h"

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
        complete_print_choices(to, row);
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
            complete_print_choices(to, row);
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

void
complete_bash(FILE *to, const struct option_table *table)
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

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A command, as a shell completes it. */
export interface Words {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly {
    readonly long: string;
    readonly short: string | null;
    readonly summary: string;
    readonly takesValue: boolean;
    /** Values it may have; empty where it takes a file or anything. */
    readonly values: readonly string[];
  }[];
}

export function completionScript(shell: Shell, commands: readonly Words[]): string {
  return { bash, zsh, fish }[shell](commands);
}

function bash(commands: readonly Words[]): string {
  const values = valuesOf(commands);
  const cases = commands.map(
    ({ name, options }) => `    ${name}) options="${options.map(({ long }) => long).join(' ')} --help" ;;`,
  );
  const choices = [...values].map(
    ([long, words]) => `    ${long}) COMPREPLY=($(compgen -W "${words.join(' ')}" -- "$word")); return ;;`,
  );
  return `# bash completion for tcplint
_tcplint() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=lint options=
  case \${COMP_WORDS[1]} in ${commands.map(({ name }) => name).join('|')}) command=\${COMP_WORDS[1]} ;; esac
  case $before in
${choices.join('\n')}
  esac
  case $command in
${cases.join('\n')}
  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  elif ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')}" -- "$word") $(compgen -f -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -o filenames -F _tcplint tcplint
`;
}

function zsh(commands: readonly Words[]): string {
  const quote = (text: string): string => text.replace(/'/g, "'\\''").replace(/[[\]:]/g, '\\$&');
  const blocks = commands.map(({ name, options }) => {
    const specs = options.map(({ long, summary, takesValue, values }) => {
      const action = values.length > 0 ? `:value:(${values.join(' ')})` : takesValue ? ':value:_files' : '';
      return `'${long}[${quote(summary)}]${action}'`;
    });
    return `    ${name}) _arguments ${[...specs, "'*:capture:_files'"].join(' \\\n      ')} ;;`;
  });
  const names = commands.map(({ name, summary }) => `'${name}:${quote(summary)}'`);
  return `#compdef tcplint
_tcplint() {
  local -a commands=(${names.join('\n    ')})
  local command=lint
  (( \${commands[(I)\${words[2]}:*]} )) && command=\${words[2]}
  if (( CURRENT == 2 )); then
    _describe command commands
    _files
    return
  fi
  case $command in
${blocks.join('\n')}
  esac
}
compdef _tcplint tcplint
`;
}

function fish(commands: readonly Words[]): string {
  const quote = (text: string): string => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
  const names = commands.map(
    ({ name, summary }) => `complete -c tcplint -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`,
  );
  const options = commands.flatMap(({ name, options: all }) =>
    all.map(({ long, short, summary, takesValue, values }) => {
      const condition =
        name === 'lint'
          ? `'not __fish_seen_subcommand_from ${commands
              .filter((other) => other.name !== 'lint')
              .map((other) => other.name)
              .join(' ')}'`
          : `'__fish_seen_subcommand_from ${name}'`;
      const parts = [
        `complete -c tcplint -n ${condition} -l ${long.replace(/^--/, '')}`,
        ...(short === null ? [] : [`-s ${short.replace(/^-/, '')}`]),
        ...(values.length > 0 ? [`-x -a ${quote(values.join(' '))}`] : takesValue ? ['-r'] : []),
        `-d ${quote(summary)}`,
      ];
      return parts.join(' ');
    }),
  );
  return `# fish completion for tcplint\n${[...names, ...options].join('\n')}\n`;
}

/** Values of options, where every command agrees or they are told together. */
function valuesOf(commands: readonly Words[]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const { options } of commands) {
    for (const { long, short, values: words } of options) {
      for (const name of [long, short]) {
        if (name !== null && words.length > 0) {
          values.set(name, [...new Set([...(values.get(name) ?? []), ...words])]);
        }
      }
    }
  }
  return values;
}

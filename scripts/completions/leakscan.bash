# bash completion for leakscan(1). Options come from `leakscan COMMAND --help`, so they are always those of the
# installed version.
_leakscan_options() {
  "$1" ${2:+"$2"} --help 2> /dev/null | grep -oE -- '--[a-z][a-z-]*' | sort -u
}

_leakscan() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local commands='run analyze check diff explain info dump export' word command='' position
  for ((position = 1; position < COMP_CWORD; ++position)); do
    word=${COMP_WORDS[position]}
    if [[ $command == run && $word == -- ]]; then
      _command_offset $((position + 1))
      return
    fi
    if [[ -z $command && $word != -* ]]; then command=$word; fi
  done

  if [[ $previous == --format ]]; then
    mapfile -t COMPREPLY < <(compgen -W 'collapsed' -- "$current")
  elif [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_leakscan_options "${COMP_WORDS[0]}" "$command")" -- "$current")
  elif [[ $command == explain ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" explain 2> /dev/null | cut -d' ' -f1)" -- "$current")
  elif [[ -z $command ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    compopt -o filenames
  fi
}

complete -F _leakscan leakscan

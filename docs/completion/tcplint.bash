# bash completion for tcplint
_tcplint() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=lint options=
  case ${COMP_WORDS[1]} in lint|flows|services|report|timeline|packets|follow|netstat|compare|extract|annotate|rules|explain|init|completion) command=${COMP_WORDS[1]} ;; esac
  case $before in
    --format) COMPREPLY=($(compgen -W "pretty compact json ndjson sarif junit github gitlab markdown html table csv ladder text hex raw pcapng pcap" -- "$word")); return ;;
    -f) COMPREPLY=($(compgen -W "pretty compact json ndjson sarif junit github gitlab markdown html table csv ladder text hex raw pcapng pcap" -- "$word")); return ;;
    --time-format) COMPREPLY=($(compgen -W "relative local utc epoch" -- "$word")); return ;;
    --preset) COMPREPLY=($(compgen -W "recommended strict ci postmortem security" -- "$word")); return ;;
    --min-confidence) COMPREPLY=($(compgen -W "high medium low" -- "$word")); return ;;
    --fail-on) COMPREPLY=($(compgen -W "error warning note never" -- "$word")); return ;;
  esac
  case $command in
    lint) options="--format --output --stream --connection --where --limit --join --threads --hosts --time-wait --capture-end --time-format --color --no-color --max-memory --config --no-config --preset --rule --min-confidence --fail-on --max-warnings --quiet --redact --baseline --update-baseline --allow-inline --print-config --help" ;;
    flows) options="--format --output --stream --connection --where --limit --join --threads --hosts --time-wait --capture-end --time-format --color --no-color --max-memory --config --no-config --preset --rule --min-confidence --help" ;;
    services) options="--format --output --stream --connection --where --limit --join --threads --hosts --time-wait --capture-end --time-format --color --no-color --max-memory --config --no-config --preset --rule --min-confidence --help" ;;
    report) options="--format --output --stream --connection --where --limit --join --threads --hosts --time-wait --capture-end --time-format --color --no-color --max-memory --config --no-config --preset --rule --min-confidence --help" ;;
    timeline) options="--format --output --stream --connection --where --limit --join --threads --hosts --time-wait --capture-end --time-format --color --no-color --config --no-config --preset --rule --min-confidence --help" ;;
    packets) options="--format --output --stream --connection --where --limit --join --threads --hosts --time-wait --capture-end --time-format --color --no-color --config --no-config --frame --explain --explain-difference --help" ;;
    follow) options="--format --output --stream --connection --where --limit --join --threads --hosts --time-wait --capture-end --time-format --color --no-color --config --no-config --direction --segments --max-bytes --overlaps --help" ;;
    netstat) options="--format --output --stream --connection --where --limit --join --threads --hosts --time-wait --capture-end --time-format --color --no-color --max-memory --config --no-config --preset --rule --min-confidence --at --every --host --help" ;;
    compare) options="--format --output --stream --connection --where --limit --join --threads --hosts --time-wait --capture-end --time-format --color --no-color --config --no-config --preset --rule --min-confidence --fail-on --max-warnings --chance --strict --taps --clock-offset --patience --help" ;;
    extract) options="--format --output --stream --connection --where --limit --join --threads --hosts --time-wait --capture-end --time-format --color --no-color --config --no-config --preset --rule --min-confidence --finding --anonymize --key --payload --help" ;;
    annotate) options="--format --output --stream --connection --where --limit --join --threads --hosts --time-wait --capture-end --time-format --color --no-color --config --no-config --preset --rule --min-confidence --help" ;;
    rules) options="--format --output --time-format --color --no-color --help" ;;
    explain) options="--time-format --color --no-color --help" ;;
    init) options="--preset --force --help" ;;
    completion) options=" --help" ;;
  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  elif ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "lint flows services report timeline packets follow netstat compare extract annotate rules explain init completion" -- "$word") $(compgen -f -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -o filenames -F _tcplint tcplint

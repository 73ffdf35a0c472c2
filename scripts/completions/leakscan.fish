# fish completion for leakscan(1). Options come from `leakscan COMMAND --help`, so they are always those of the installed
# version.
function __leakscan_options
    set -l words (commandline -opc)
    set -l command
    if set -q words[2]; and not string match -q -- '-*' $words[2]
        set command $words[2]
    end
    $words[1] $command --help 2>/dev/null | string match -ra -- '--[a-z][a-z-]*' | sort -u
end

complete -c leakscan -n __fish_use_subcommand -f -a run -d 'run a program recorded'
complete -c leakscan -n __fish_use_subcommand -f -a analyze -d 'make a report of traces'
complete -c leakscan -n __fish_use_subcommand -f -a check -d 'judge traces by rules'
complete -c leakscan -n __fish_use_subcommand -f -a diff -d 'compare two recordings'
complete -c leakscan -n __fish_use_subcommand -f -a explain -d 'explain a kind of leak'
complete -c leakscan -n __fish_use_subcommand -f -a info -d 'header, counts and modules of a trace'
complete -c leakscan -n __fish_use_subcommand -f -a dump -d 'print every event'
complete -c leakscan -n __fish_use_subcommand -f -a export -d 'write the trace in the format of another tool'
complete -c leakscan -n 'string match -q -- "-*" (commandline -ct)' -a '(__leakscan_options)'
complete -c leakscan -n '__fish_seen_subcommand_from export' -l format -x -a collapsed
complete -c leakscan -n '__fish_seen_subcommand_from explain' -f -a '(leakscan explain 2>/dev/null | string split -f1 " ")'

#!/usr/bin/env bash
# Trains a record over the GPUs of one machine, or of several: torchrun starts a process for each.
#
#   descent run grokking --seeds 0 --trainer.devices 4 --trainer.strategy ddp --prepare --out runs/big
#   scripts/torchrun_run.sh runs/big
#
# Over two machines (--trainer.nodes 2), which see the record under the same path, on each of them:
#
#   NODE_RANK=0 MASTER_ADDR=first-machine scripts/torchrun_run.sh runs/big
#   NODE_RANK=1 MASTER_ADDR=first-machine scripts/torchrun_run.sh runs/big
#
# Ctrl-C, or kill, of one of them stops all with a checkpoint; the same commands go on. MASTER_PORT,
# 29500 unless set, is the port that the first machine listens on; PYTHON the interpreter.
set -euo pipefail

if [ $# != 1 ]; then
    echo "usage: $0 RECORD, a folder that descent run ... --prepare --out RECORD has made" >&2
    exit 2
fi
record=$1
python=${PYTHON:-python}
node_rank=${NODE_RANK:-0}
unset NODE_RANK # torchrun tells its processes

# Runs a command to its end, and hands SIGTERM on to it; Ctrl-C reaches it anyway.
follow() {
    "$@" </dev/null &
    local child=$! code
    trap 'kill -TERM "$child"' TERM
    trap : INT
    until wait "$child"; do
        code=$?
        kill -0 "$child" 2>/dev/null || return "$code"
    done
}

left=$("$python" -m experiments.command_line.ranks "$record")
while read -r variant seed machines processes; do
    [ -n "$variant" ] || continue
    where=(--standalone)
    if [ "$machines" -gt 1 ]; then
        : "${MASTER_ADDR:?$variant seed $seed is over $machines machines, expected the first one\'s name}"
        where=(--node-rank "$node_rank" --master-addr "$MASTER_ADDR" --master-port "${MASTER_PORT:-29500}")
    fi
    follow "$python" -m torch.distributed.run --nnodes "$machines" --nproc-per-node "$processes" \
        "${where[@]}" -m experiments.command_line.one_run "$record" "$variant" "$seed"
done <<<"$left"

if [ "$node_rank" = 0 ]; then
    "$python" -m experiments resume "$record" # nothing is left to train: figures, claims, report
fi

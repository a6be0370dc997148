#!/usr/bin/env bash
# Workers of a study as a SLURM job array: each element is a worker that joins the study.
#
#   export DESCENT_STORAGE=postgresql://me@database/studies   # the password in ~/.pgpass
#   descent sweep grokking --study lr --trials 400 --out /shared/lr --prepare
#   sbatch --array=0-15 --gpus=1 scripts/slurm_sweep.sh --study lr --out /shared/lr
#   descent sweep grokking --study lr --trials 400 --out /shared/lr     # once all is done: the report
#
# What follows the script's name are options of `descent worker`. The folder is on a disk that all
# machines see, so that a trial of a lost machine goes on from its checkpoint. Two minutes before its
# time is over a worker is asked to stop: its trials write checkpoints and go back to the study.
#SBATCH --job-name=descent-sweep
#SBATCH --ntasks=1
#SBATCH --signal=B:TERM@120
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=descent-sweep-%A-%a.log
set -euo pipefail

exec "${PYTHON:-python}" -m experiments worker "$@"

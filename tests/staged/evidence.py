"""No claims, and a figure of the surfaces."""

from matplotlib.figure import Figure

from research.evidence.surfaces import read_surface


def verdicts(record):
    return []


def figures(record):
    figure = Figure()
    axes = figure.subplots()
    for run in record.runs():
        axes.plot(read_surface(run.stage("surface"), "plane").loss[:, 2], label=run.variant)
    return {"surface": figure}

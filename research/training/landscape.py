"""The LightningModule that measures loss landscapes: surfaces and curvature under Trainer.predict.

Its points are blocks of a surface's points, and whole measurements of curvature. A block's values
are on disk before the next one begins, so a surface that was killed goes on where it was and ends
with the same arrays. What a refined surface measures next depends on what it has measured before:
its blocks come in stages, and a block reads back what earlier stages found. Blocks that turn out
not to be needed are empty.

A surface `name` of d directions leaves these arrays, each at the index of its point:

    name.centre       [measures, examples] at the origin, by measure, sorted by name
    name.columns      a JSON document: names of the rows of `values`, and how they are evaluated
    name.cells        [k, d], indices of the points of a block
    name.values       [measures, k], means and the interval of the rise
    name.surface      [measures, nx] or [measures, nx, ny], at the last point of the surface
    name.evaluated    1 where a point was measured, 0 where a spline filled it in
    name.description  a JSON document: what the surface is of

JSON documents are kept as the bytes of their UTF-8, as a record keeps arrays and no text.

`research.evidence.surfaces` reads them, and those of a curvature, from a record; without one,
`LandscapeModule.surface` and `LandscapeModule.curvature` are what was measured.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from research.landscape.cells import Known, statistics_of
from research.landscape.curvature.measure import Curvature
from research.landscape.curvature_plan import CurvaturePlan
from research.landscape.evaluation import Evaluator
from research.landscape.plan import SurfacePlan, planned
from research.landscape.surfaces import finished
from research.settings.sweep import SweepSettings
from research.surface import Surface
from research.training.sweep import Result, SweepModule

__all__ = ["CurvaturePlan", "LandscapeModule", "SurfacePlan", "planned"]


Plan = SurfacePlan | CurvaturePlan


@dataclass(frozen=True)
class Block:
    """One point of the sweep.

    Attributes:
        plan: index of its plan.
        kind: the centre of a surface, some of its points, the whole put together; or a curvature.
        stage: of a surface, which a refined one has several of.
        start: first of the stage's points in the block.
        end: behind the last.
    """

    plan: int
    kind: Literal["centre", "cells", "whole", "curvature"]
    stage: int = 0
    start: int = 0
    end: int = 0


class LandscapeModule(SweepModule):
    """Measures surfaces and curvature, one after the other.

    The networks are left as they were. Where the Trainer computes on another device than a plan's
    tensors lie on, copies are moved there.

    Under a Trainer of your own, without a record:

        module = LandscapeModule([planned("plane", objective, settings)])
        Trainer(logger=False).predict(module)
        plane = module.surface("plane")

    Args:
        plans: what is measured, in this order; names differ.
        settings: device, as for every sweep.
        seed: the seed of the run.
        block: points of a surface that are measured, and written to disk, at once.

    Raises:
        ValueError: two plans have one name.
    """

    def __init__(
        self,
        plans: Sequence[Plan],
        settings: SweepSettings | None = None,
        seed: int = 0,
        block: int = 16,
    ) -> None:
        super().__init__(settings or SweepSettings(), seed)
        names = [plan.name for plan in plans]
        if len(set(names)) < len(names):
            raise ValueError(f"plans are called {', '.join(names)}, expected different names")
        self.plans = tuple(plans)
        self.block = block
        self._evaluator: tuple[int, Evaluator] | None = None
        self._known: tuple[Block, Known] | None = None
        self._blocks: tuple[Block, ...] = ()

    def points(self) -> Sequence[Block]:
        """The blocks of all plans."""
        self._blocks = tuple(
            block for index, plan in enumerate(self.plans) for block in self._blocks_of(index, plan)
        )
        return self._blocks

    def needs(self, index: int) -> list[int]:
        """The blocks of earlier stages of the same surface; devices share those of one stage."""
        block = self._blocks[index]
        return [
            earlier
            for earlier, other in enumerate(self._blocks[:index])
            if other.plan == block.plan and (other.kind, other.stage) != (block.kind, block.stage)
        ]

    def _blocks_of(self, index: int, plan: Plan) -> list[Block]:
        if isinstance(plan, CurvaturePlan):
            return [Block(index, "curvature")]
        cells = [
            Block(index, "cells", stage, start, min(start + self.block, size))
            for stage, size in enumerate(plan.stage_sizes)
            for start in range(0, size, self.block)
        ]
        return [Block(index, "centre"), *cells, Block(index, "whole", len(plan.stage_sizes))]

    def setup(self, stage: str) -> None:
        """Puts the plans on the device."""
        super().setup(stage)
        self.plans = tuple(plan.on(self.device) for plan in self.plans)

    def compute(self, index: int, point: Block) -> Result:
        """One block; see the arrays at the head of this file."""
        del index
        plan = self.plans[point.plan]
        if isinstance(plan, CurvaturePlan):
            return _curvature(plan)
        if point.kind == "centre":
            return self._centre(point, plan)
        if point.kind == "cells":
            return self._cells(point, plan)
        return self._whole(point, plan)

    def _centre(self, point: Block, plan: SurfacePlan) -> Result:
        evaluator = self._measures(point, plan)
        found = evaluator([plan.centre])
        names = sorted(found)
        columns = {"measures": sorted({*names, "rise", "half_width"}), "path": evaluator.path}
        metrics = {
            f"{plan.name}/centre_{name}": float(found[name].double().mean()) for name in names
        }
        arrays = {
            f"{plan.name}.centre": torch.stack([found[name][0].double() for name in names]),
            f"{plan.name}.columns": encoded(columns),
        }
        return Result(metrics, arrays)

    def _cells(self, point: Block, plan: SurfacePlan) -> Result:
        cells = self._known_before(point, plan).next_cells(point.stage)[point.start : point.end]
        metrics = {f"{plan.name}/evaluations": float(len(cells))}
        if not len(cells):
            return Result(metrics)
        measured = self._measures(point, plan)(plan.coordinates(cells))
        centre = self._of_centre(point, plan, "centre")[sorted(measured).index("loss")]
        found = statistics_of(measured, centre)
        arrays = {
            f"{plan.name}.cells": torch.from_numpy(cells),
            f"{plan.name}.values": torch.stack([found[name] for name in sorted(found)]),
        }
        return Result(metrics, arrays)

    def _whole(self, point: Block, plan: SurfacePlan) -> Result:
        known = self._known_before(point, plan)
        surface = finished(plan, known, {})
        columns = decoded(self._of_centre(point, plan, "columns"))
        names = columns["measures"]
        about = plan.description(columns["path"]) | {
            "measures": names,
            "evaluations": int(known.measured.sum()),
            "held_out_error": surface.held_out_error,
        }
        metrics = {
            f"{plan.name}/evaluations": float(about["evaluations"]),
            f"{plan.name}/held_out_error": surface.held_out_error,
            f"{plan.name}/lowest_loss": float(surface.loss.min()),
            f"{plan.name}/highest_loss": float(surface.loss.max()),
        }
        if about["cosine"] is not None:
            metrics[f"{plan.name}/cosine"] = about["cosine"]
        arrays = {
            f"{plan.name}.surface": torch.from_numpy(
                np.stack([surface.values[name] for name in names])
            ),
            f"{plan.name}.evaluated": torch.from_numpy(known.measured.astype(np.float64)),
            f"{plan.name}.description": encoded(about),
        }
        return Result(metrics, arrays)

    def surface(self, name: str) -> Surface:
        """A surface that is done, for a drawing.

        Raises:
            ValueError: no plan of a surface has the name, or it is not done.
        """
        block = self._last_block(name, "whole")

        def found(array: str) -> Tensor:
            return self.earlier(block, f"{name}.{array}").cpu()

        about = decoded(found("description"))
        return Surface(
            name,
            tuple(np.array(axis, dtype=np.float64) for axis in about["axes"]),
            dict(zip(about["measures"], found("surface").numpy(), strict=True)),
            found("evaluated").numpy() > 0,
            about["held_out_error"],
            about,
        )

    def curvature(self, name: str) -> Curvature:
        """A measurement of curvature that is done.

        Raises:
            ValueError: no plan of curvature has the name, or it is not done.
        """
        block = self._last_block(name, "curvature")
        about = decoded(self.earlier(block, f"{name}.description"))
        arrays = {part: self.earlier(block, f"{name}.{part}").cpu() for part in about["arrays"]}
        return Curvature(about["metrics"], arrays)

    def _last_block(self, name: str, kind: str) -> int:
        for index, block in enumerate(self._blocks):
            if block.kind == kind and self.plans[block.plan].name == name:
                if index not in self.done:
                    break
                return index
        what = "surface" if kind == "whole" else kind
        raise ValueError(f"{what} {name} is asked for, which is not done")

    def _measures(self, point: Block, plan: SurfacePlan) -> Evaluator:
        """The evaluator of a plan; the one of the plan before is let go."""
        if self._evaluator is None or self._evaluator[0] != point.plan:
            self._evaluator = None
            self._evaluator = (point.plan, plan.evaluator())
        return self._evaluator[1]

    def _known_before(self, point: Block, plan: SurfacePlan) -> Known:
        """What the stages before a block's own have found; read once for all blocks of a stage."""
        stage = replace(point, kind="cells", start=0, end=0)
        if self._known is None or self._known[0] != stage:
            known = Known(plan)
            for earlier in range(point.stage):
                self._take_in(replace(stage, stage=earlier), plan, known)
            self._known = (stage, known)
        return self._known[1]

    def _take_in(self, stage: Block, plan: SurfacePlan, known: Known) -> None:
        """Adds the points of one stage to those of the stages before, which are known."""
        count = len(known.next_cells(stage.stage))
        names = decoded(self._of_centre(stage, plan, "columns"))["measures"]
        for index, block in enumerate(self._blocks):
            if replace(block, start=0, end=0) == stage and block.start < count:
                cells = self.earlier(index, f"{plan.name}.cells").long().cpu().numpy()
                values = self.earlier(index, f"{plan.name}.values").cpu().numpy()
                known.add(cells, dict(zip(names, values, strict=True)))

    def _of_centre(self, point: Block, plan: SurfacePlan, array: str) -> Tensor:
        return self.earlier(self._blocks.index(Block(point.plan, "centre")), f"{plan.name}.{array}")


def _curvature(plan: CurvaturePlan) -> Result:
    """A whole measurement of curvature; arrays are called name.largest and the like."""
    found = plan.measure()
    arrays = {f"{plan.name}.{name}": values for name, values in found.arrays.items()}
    about = {**plan.description(), "metrics": found.metrics, "arrays": sorted(found.arrays)}
    arrays[f"{plan.name}.description"] = encoded(about)
    return Result({f"{plan.name}/{name}": v for name, v in found.metrics.items()}, arrays)


def encoded(value: Any) -> Tensor:
    """A JSON document as numbers, the bytes of its UTF-8."""
    return torch.tensor(list(json.dumps(value).encode()), dtype=torch.float64)


def decoded(numbers: Tensor) -> Any:
    """The document that `encoded` wrote."""
    return json.loads(bytes(int(number) for number in numbers.tolist()))

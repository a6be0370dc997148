from pytorch_lightning import Trainer
from pytorch_lightning.callbacks import EarlyStopping, ModelCheckpoint
from pytorch_lightning.loggers import CSVLogger

from callbacks.progress import Progress
from experiments.grokking.module import Grokking
from experiments.grokking.settings import GrokkingSettings

settings = GrokkingSettings(
    data={"operation": "x+y", "modulus": 11, "train_fraction": 0.8},
    model={"layers": 1, "width": 32, "heads": 4},
    optimizer={"name": "adamw", "lr": 3e-3, "weight_decay": 1.0},
    schedule={"name": "linear_warmup", "steps": 10},
    evaluation={"every": 50},
)
callbacks = [
    Progress("grokking"),
    ModelCheckpoint(monitor="validation/accuracy", mode="max"),
    EarlyStopping(monitor="validation/accuracy", mode="max", patience=5),
]
quiet = {"enable_progress_bar": False, "enable_model_summary": False}
trainer = Trainer(max_steps=1000, logger=CSVLogger("logs"), callbacks=callbacks, **quiet)
trainer.fit(Grokking(settings, seed=0))

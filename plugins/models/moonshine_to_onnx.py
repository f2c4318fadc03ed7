"""Turns Moonshine's .ort graphs into plain ONNX, which any runtime loads.

    python moonshine_to_onnx.py IN_FOLDER OUT_FOLDER

IN_FOLDER holds encoder_model.ort and decoder_model_merged.ort. ONNX Runtime reads the .ort form and writes it
back as ONNX; what is left of its own fused operators is then taken apart into standard ones. fetch.py runs this
in a private environment with pinned versions of onnx and onnxruntime, so that the result is the same everywhere.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import helper, numpy_helper

NAMES = ("encoder_model", "decoder_model_merged")


def main() -> None:
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        raw = target / f"{name}.raw.onnx"
        write_back(source / f"{name}.ort", raw)
        model = onnx.load(raw)
        Splitter().graph(model.graph)
        (target / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))
        raw.unlink()


def write_back(source: Path, target: Path) -> None:
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.optimized_model_filepath = str(target)
    options.add_session_config_entry("session.save_model_format", "ONNX")
    options.log_severity_level = 3  # its advice on portability is what the rest of this file answers
    ort.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])


class Splitter:
    """Replaces com.microsoft's fused nodes inside one graph and the graphs within it."""

    def __init__(self):
        self.count = 0

    def graph(self, graph):
        graph.name = graph.name or self.name("graph")
        nodes = []
        for node in graph.node:
            for attribute in node.attribute:
                if attribute.type == onnx.AttributeProto.GRAPH:
                    self.graph(attribute.g)
            nodes.extend(self.split(node, graph) if node.domain == "com.microsoft" else [node])
        del graph.node[:]
        graph.node.extend(nodes)

    def split(self, node, graph):
        inputs = list(node.input) + [""] * 8
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        split = getattr(self, node.op_type, None)
        return split(node, inputs, attributes, graph) if split else [node]

    def DynamicQuantizeMatMul(self, node, inputs, _attributes, _graph):
        a, b, b_scale, b_zero, bias = inputs[:5]
        quantized, scale, zero, product = (self.name(stem) for stem in ("q", "qs", "qz", "product"))
        return [
            helper.make_node("DynamicQuantizeLinear", [a], [quantized, scale, zero]),
            helper.make_node("MatMulInteger", [quantized, b, zero] + ([b_zero] if b_zero else []), [product]),
        ] + self.scaled(product, [scale, b_scale], bias, node.output[0])

    def MatMulIntegerToFloat(self, node, inputs, _attributes, _graph):
        a, b, a_scale, b_scale, a_zero, b_zero, bias = inputs[:7]
        product = self.name("product")
        zeros = [a_zero, b_zero] if b_zero else ([a_zero] if a_zero else [])
        return [helper.make_node("MatMulInteger", [a, b] + zeros, [product])] + self.scaled(
            product, [a_scale, b_scale], bias, node.output[0]
        )

    def FusedMatMul(self, node, inputs, attributes, graph):
        a, b = inputs[:2]
        nodes, rank = [], 4
        for letter in "AB":
            if attributes.get(f"trans{letter}"):
                swapped, source = self.name("swap"), (a if letter == "A" else b)
                order = list(range(rank - 2)) + [rank - 1, rank - 2]
                nodes.append(helper.make_node("Transpose", [source], [swapped], perm=order))
                a, b = (swapped, b) if letter == "A" else (a, swapped)
        alpha = attributes.get("alpha", 1.0)
        product = node.output[0] if alpha == 1.0 else self.name("product")
        nodes.append(helper.make_node("MatMul", [a, b], [product]))
        if alpha != 1.0:
            constant = self.name("alpha")
            graph.initializer.append(numpy_helper.from_array(np.array(alpha, np.float32), constant))
            nodes.append(helper.make_node("Mul", [product, constant], [node.output[0]]))
        return nodes

    def FusedConv(self, node, _inputs, attributes, _graph):
        activation = attributes.pop("activation").decode()
        attributes.pop("activation_params", None)
        inner = self.name("conv")
        return [
            helper.make_node("Conv", list(node.input), [inner], **attributes),
            helper.make_node(activation, [inner], [node.output[0]]),
        ]

    def scaled(self, product, scales, bias, out):
        """float(product) * scale_a * scale_b (+ bias)"""
        as_float, scale = self.name("float"), self.name("scale")
        last = self.name("scaled") if bias else out
        nodes = [
            helper.make_node("Cast", [product], [as_float], to=onnx.TensorProto.FLOAT),
            helper.make_node("Mul", scales, [scale]),
            helper.make_node("Mul", [as_float, scale], [last]),
        ]
        return nodes + ([helper.make_node("Add", [last, bias], [out])] if bias else [])

    def name(self, stem: str) -> str:
        self.count += 1
        return f"{stem}_split_{self.count}"


main()

import { create } from "@bufbuild/protobuf";
import {
  AttributeProtoSchema,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  TensorProtoSchema,
  TensorProto_DataType as Type,
} from "onnx-buf";
import { domainName } from "../read/check-graph.ts";
import { intAttr } from "./draft.ts";
import { attributeOf, isStandard, subgraphsOf } from "./nodes.ts";

const OLDEST = 13;

const names = (text: string) => text.trim().split(/\s+/);

/**
 * Operators that mean at opset 23 what they meant at 13 to 22: what changed are types they take, and attributes and
 * inputs that may be left out.
 */
const unchanged = new Set(
  names(`Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor
  BlackmanWindow Cast CastLike Ceil Celu CenterCropPad Clip Col2Im Compress Concat ConcatFromSequence Constant
  ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh CumSum DepthToSpace DequantizeLinear Det Div Dropout
  DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor Gather GatherElements GatherND Gelu Gemm
  GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual HammingWindow HannWindow Hardmax HardSigmoid HardSwish
  Identity If InstanceNormalization IsInf IsNaN LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax Loop LRN
  MatMul MatMulInteger Max MaxPool Mean MeanVarianceNormalization Min Mish Mod Mul Neg NonMaxSuppression NonZero Not
  OneHot Or Pad Pow PRelu QLinearConv QLinearMatMul QuantizeLinear RandomNormal RandomNormalLike RandomUniform
  RandomUniformLike Range Reciprocal ReduceSum Relu Reshape ReverseSequence Round Scan ScatterElements ScatterND Selu
  SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength Shape Shrink Sigmoid Sign Sin
  Sinh Size Slice Softmax Softplus Softsign SpaceToDepth SplitToSequence Sqrt Squeeze Sub Sum Tan Tanh ThresholdedRelu
  Tile TopK Transpose Trilu Unique Unsqueeze Where Xor`),
);

/** Their axes became an input at opset 18. */
const axesToInput = new Set(
  names(
    "ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare",
  ),
);

export const opsetOf = (model: ModelProto): number =>
  Number(model.opsetImport.find(({ domain }) => domainName(domain) === "")?.version ?? 0n);

/** Why the default domain's opset cannot be raised to `to`; undefined where it can. */
export function whyNotRaise(model: ModelProto, to: number): string | undefined {
  const from = opsetOf(model);
  if (from < OLDEST) return `its opset is ${from}, and only files from ${OLDEST} on are raised to ${to}`;
  if (model.functions.length > 0)
    return `its opset is ${from}, and it has functions with opsets of their own`;
  const odd = nodesOf(model.graph!).find(
    (node) =>
      isStandard(node) &&
      !unchanged.has(node.opType) &&
      !axesToInput.has(node.opType) &&
      node.opType !== "Split" &&
      !(from >= to),
  );
  return odd && `its opset is ${from}, and ${odd.opType} is not known to mean the same at ${to}`;
}

/** Raises the default domain's opset, and writes nodes as it wants them. Call {@link whyNotRaise} first. */
export function raiseOpset(model: ModelProto, to: number): void {
  const from = opsetOf(model);
  for (const entry of model.opsetImport) if (domainName(entry.domain) === "") entry.version = BigInt(to);
  if (model.irVersion < 10n) model.irVersion = 10n;
  if (from < 18) raiseGraph(model.graph!);
}

function raiseGraph(graph: GraphProto): void {
  const nodes: NodeProto[] = [];
  for (const node of graph.node) {
    for (const { graph: inner } of subgraphsOf(node)) raiseGraph(inner);
    const axes = attributeOf(node, "axes");
    if (isStandard(node) && axesToInput.has(node.opType) && axes) {
      const name = `${node.output[0]}.axes`;
      node.attribute = node.attribute.filter((attribute) => attribute !== axes);
      node.input.push(name);
      graph.initializer.push(
        create(TensorProtoSchema, {
          name,
          dataType: Type.INT64,
          dims: [BigInt(axes.ints.length)],
          rawData: new Uint8Array(BigInt64Array.from(axes.ints).buffer),
        }),
      );
    }
    if (isStandard(node) && node.opType === "Split" && !node.input[1])
      node.attribute.push(create(AttributeProtoSchema, intAttr("num_outputs", node.output.length)));
    nodes.push(node);
  }
  graph.node = nodes;
}

function nodesOf(graph: GraphProto): NodeProto[] {
  return graph.node.flatMap((node) => [node, ...subgraphsOf(node).flatMap(({ graph }) => nodesOf(graph))]);
}

import Kernels
import Tensors

/// Word vectors and one recurrent layer over them: a text becomes the network's last state, both
/// directions side by side.
///
/// The source is batch × words: numbers of words as elements, each text from the left, 0 for what is
/// not there. Names and layouts are those of `nn.Embedding(…, padding_idx=0)` and `nn.GRU` or
/// `nn.LSTM` under `embedding` and `rnn`. Texts of length 0 become zeros.
package struct TextEncoderLayer: Layer {
  package let path: String
  let configuration: TextConfiguration
  let vocabulary: Int
  /// vocabulary × embedding
  let embedding: Parameter
  let directions: [Direction]

  /// The parameters of a recurrent layer in one direction: W, U, b, d of `RecurrentKernel`.
  struct Direction {
    let inputWeight, hiddenWeight, inputBias, hiddenBias: Parameter

    var parameters: [Parameter] { [inputWeight, hiddenWeight, inputBias, hiddenBias] }
  }

  /// A reader of words numbered below `vocabulary`.
  package init(_ path: String, _ configuration: TextConfiguration, vocabulary: Int) {
    (self.path, self.configuration, self.vocabulary) = (path, configuration, vocabulary)
    embedding = Parameter(
      "\(path).embedding.weight", [vocabulary, configuration.embedding], part: .trunk,
      kind: .weight, initial: .wordVectors(width: configuration.embedding))
    let (inputs, hidden) = (configuration.embedding, configuration.hidden)
    let gates = configuration.cell.gates * hidden
    let initial = InitialValue.linear(inputs: hidden)
    directions = (configuration.bidirectional ? ["", "_reverse"] : [""]).map { suffix in
      func parameter(_ name: String, _ shape: [Int], _ kind: Parameter.Kind) -> Parameter {
        Parameter(
          "\(path).rnn.\(name)_l0\(suffix)", shape, part: .trunk, kind: kind, initial: initial)
      }
      return Direction(
        inputWeight: parameter("weight_ih", [gates, inputs], .weight),
        hiddenWeight: parameter("weight_hh", [gates, hidden], .weight),
        inputBias: parameter("bias_ih", [gates], .bias),
        hiddenBias: parameter("bias_hh", [gates], .bias))
    }
  }

  /// Whether a classifier's parameter belongs to its text encoder.
  static func owns(_ parameter: Parameter) -> Bool {
    parameter.name.hasPrefix("text.") && parameter.part == .trunk
  }

  /// Elements of an encoding.
  package var outputs: Int { directions.count * configuration.hidden }

  package var parameters: [Parameter] { [embedding] + directions.flatMap(\.parameters) }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> PlannedTextEncoderLayer {
    guard src.count == src.n * configuration.maxLength else {
      throw ShapeError(
        "\(path): texts of at most \(configuration.maxLength) words cannot be read from \(src)")
    }
    let kernel = RecurrentKernel(
      cell: configuration.cell, batch: src.n, length: configuration.maxLength,
      inputs: configuration.embedding, hidden: configuration.hidden,
      isBidirectional: configuration.bidirectional)
    let count = src.count * configuration.embedding
    let memory = PlannedTextEncoderLayer.Memory(
      states: plan.reserve(kernel.memoryCount, for: .untilBackward, label: "\(path) states"),
      vectors: plan.reserve(count, for: .untilBackward, label: "\(path) vectors"),
      dVectors: plan.reserve(count, for: .call, label: "\(path) gradient of vectors"))
    return PlannedTextEncoderLayer(self, kernel, memory)
  }
}

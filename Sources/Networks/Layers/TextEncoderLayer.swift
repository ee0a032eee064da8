import Kernels
import Tensors

/// Word vectors and one recurrent layer over them: a text becomes the network's last state, both
/// directions side by side.
///
/// The source is batch × words: elements of words as floats, each text from the left, 0 for what is
/// not there. Names and layouts are those of `nn.Embedding(…, padding_idx=0)` and `nn.GRU` or
/// `nn.LSTM` under `embedding` and `rnn`. Texts of length 0 become zeros.
package final class TextEncoderLayer: Layer {
  package let path: String
  private let embedding: Parameter
  /// W, U, b, d of each direction.
  private let directions: [[Parameter]]
  private let weights: [RecurrentKernel.Weights]
  private let gradients: [RecurrentKernel.Gradients]
  private let configuration: TextConfiguration
  private let vocabulary: Int
  private var kernel: RecurrentKernel
  private var lookup = EmbeddingKernel(rows: 0, width: 0)
  private var memory: WorkspacePlan.Slot?
  /// Vectors by time, and their gradients.
  private var vectors: WorkspacePlan.Slot?
  private var dVectors: WorkspacePlan.Slot?
  /// Of the batch: elements of words by time, and words of each text.
  private var ids: [Int32] = []
  private var lengths: [Int32] = []

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
      let shapes: [(String, [Int], Parameter.Kind)] = [
        ("weight_ih", [gates, inputs], .weight), ("weight_hh", [gates, hidden], .weight),
        ("bias_ih", [gates], .bias), ("bias_hh", [gates], .bias),
      ]
      return shapes.map { name, shape, kind in
        Parameter(
          "\(path).rnn.\(name)_l0\(suffix)", shape, part: .trunk, kind: kind, initial: initial)
      }
    }
    weights = directions.map {
      .init(
        input: $0[0].value.pointer, hidden: $0[1].value.pointer, inputBias: $0[2].value.pointer,
        hiddenBias: $0[3].value.pointer)
    }
    gradients = directions.map {
      .init(
        input: $0[0].gradient!.pointer, hidden: $0[1].gradient!.pointer,
        inputBias: $0[2].gradient!.pointer, hiddenBias: $0[3].gradient!.pointer)
    }
    kernel = Self.kernel(configuration, batch: 0)
  }

  private static func kernel(_ configuration: TextConfiguration, batch: Int) -> RecurrentKernel {
    RecurrentKernel(
      cell: configuration.cell, batch: batch, length: configuration.maxLength,
      inputs: configuration.embedding, hidden: configuration.hidden,
      isBidirectional: configuration.bidirectional)
  }

  /// Whether a classifier's parameter belongs to its text encoder.
  static func owns(_ parameter: Parameter) -> Bool {
    parameter.name.hasPrefix("text.") && parameter.part == .trunk
  }

  /// Elements of an encoding.
  package var outputs: Int { kernel.outputs }

  package var parameters: [Parameter] { [embedding] + directions.flatMap(\.self) }

  package func plan(
    for src: Shape, in plan: inout WorkspacePlan, threads: Int
  ) throws(ShapeError) -> Shape {
    guard src.count == src.n * configuration.maxLength else {
      throw ShapeError(
        "\(path): texts of at most \(configuration.maxLength) words cannot be read from \(src)")
    }
    kernel = Self.kernel(configuration, batch: src.n)
    lookup = EmbeddingKernel(rows: src.count, width: configuration.embedding)
    let count = src.count * configuration.embedding
    memory = plan.reserve(kernel.memoryCount, for: .untilBackward, label: "\(path) states")
    vectors = plan.reserve(count, for: .untilBackward, label: "\(path) vectors")
    dVectors = plan.reserve(count, for: .call, label: "\(path) gradient of vectors")
    ids = [Int32](repeating: 0, count: src.count)
    lengths = [Int32](repeating: 0, count: src.n)
    return .matrix(src.n, kernel.outputs)
  }

  /// Elements of words by time, up to the longest text of the batch.
  ///
  /// - Returns: the rows that this takes.
  private func read(_ src: TensorView) -> Int {
    let (batch, words) = (kernel.batch, kernel.length)
    var longest = 0
    for text in 0..<batch {
      let start = src.pointer + text * words
      var length = 0
      while length < words, start[length] != 0 { length += 1 }
      lengths[text] = Int32(length)
      longest = max(longest, length)
    }
    for time in 0..<longest {
      for text in 0..<batch {
        let id = time < Int(lengths[text]) ? Int32(src.pointer[text * words + time]) : 0
        precondition(id >= 0 && id < vocabulary, "word \(id) of \(vocabulary)")
        ids[time * batch + text] = id
      }
    }
    return longest * batch
  }

  package func forward(_ src: TensorView, into dst: MutableTensorView, pass: Pass) {
    lookup = EmbeddingKernel(rows: read(src), width: configuration.embedding)
    let vectors = pass.workspace[vectors!]
    ids.withUnsafeBufferPointer { ids in
      lookup.forward(
        y: vectors, ids: ids.baseAddress!, table: embedding.value.pointer, pool: pass.pool)
    }
    lengths.withUnsafeBufferPointer { lengths in
      kernel.forward(
        y: dst.pointer, x: vectors, lengths: lengths.baseAddress!, weights: weights,
        memory: .init(kernel, at: pass.workspace[memory!]), pool: pass.pool)
    }
  }

  /// Words have no gradient: `dSrc`, where there is one, becomes zeros.
  package func backward(
    _ dDst: MutableTensorView, src: TensorView, dst: TensorView, into dSrc: MutableTensorView?,
    pass: Pass
  ) {
    let dVectors = pass.workspace[dVectors!]
    for parameter in parameters { parameter.clearGradient(pool: pass.pool) }
    lengths.withUnsafeBufferPointer { lengths in
      kernel.backward(
        dx: dVectors, gradients: gradients, dy: dDst.pointer, x: pass.workspace[vectors!],
        lengths: lengths.baseAddress!, weights: weights,
        memory: .init(kernel, at: pass.workspace[memory!]), pool: pass.pool)
    }
    ids.withUnsafeBufferPointer { ids in
      lookup.backward(
        dTable: embedding.gradient!.pointer, ids: ids.baseAddress!, dy: dVectors, pool: pass.pool)
    }
    dSrc?.fill(0)
  }
}

/// One recurrent layer over a batch of sequences of different lengths, read forwards or both ways.
/// The result is each sequence's last state, as PyTorch computes it for packed sequences.
///
/// Rows of all buffers are time-major: step t of sequence n is row t · batch + n. A sequence of
/// length 0 ends in the state it began with: zeros. Sequences do not depend on one another, so a
/// chunk is a few of them with all their steps, and threads do not wait for each other between
/// steps.
public struct RecurrentKernel: Sendable {
  public let cell: RecurrentCell
  public let batch: Int
  /// Steps of the longest sequence that there is memory for.
  public let length: Int
  /// Elements of an input.
  public let inputs: Int
  /// Elements of a state.
  public let hidden: Int
  /// 1, or 2 where the sequences are also read from their ends.
  public let directions: Int

  /// Sequences of one chunk.
  static let rowsPerChunk = 16
  /// Rows of one chunk of a product over all steps.
  static let rowsPerBlock = 96
  /// Gates of one chunk of the weights' gradient.
  static let gatesPerChunk = 64

  /// A layer for batches of these extents.
  public init(
    cell: RecurrentCell, batch: Int, length: Int, inputs: Int, hidden: Int, isBidirectional: Bool
  ) {
    (self.cell, self.batch, self.length) = (cell, batch, length)
    (self.inputs, self.hidden, directions) = (inputs, hidden, isBidirectional ? 2 : 1)
  }

  /// Elements of all gates of a step: 3 · hidden or 4 · hidden.
  public var gateWidth: Int { cell.gates * hidden }
  /// Elements of a result: directions · hidden.
  public var outputs: Int { directions * hidden }

  /// The parameters of one direction, in PyTorch's layout.
  public struct Weights {
    /// W, gateWidth × inputs
    public let input: UnsafePointer<Float>
    /// U, gateWidth × hidden
    public let hidden: UnsafePointer<Float>
    /// b
    public let inputBias: UnsafePointer<Float>
    /// d
    public let hiddenBias: UnsafePointer<Float>

    /// A direction's parameters.
    public init(
      input: UnsafePointer<Float>, hidden: UnsafePointer<Float>,
      inputBias: UnsafePointer<Float>, hiddenBias: UnsafePointer<Float>
    ) {
      (self.input, self.hidden) = (input, hidden)
      (self.inputBias, self.hiddenBias) = (inputBias, hiddenBias)
    }
  }

  /// The gradients of one direction's parameters, which are added to.
  public struct Gradients {
    let input: UnsafeMutablePointer<Float>
    let hidden: UnsafeMutablePointer<Float>
    let inputBias: UnsafeMutablePointer<Float>
    let hiddenBias: UnsafeMutablePointer<Float>

    /// Gradients beside ``Weights``.
    public init(
      input: UnsafeMutablePointer<Float>, hidden: UnsafeMutablePointer<Float>,
      inputBias: UnsafeMutablePointer<Float>, hiddenBias: UnsafeMutablePointer<Float>
    ) {
      (self.input, self.hidden) = (input, hidden)
      (self.inputBias, self.hiddenBias) = (inputBias, hiddenBias)
    }
  }

  /// What the forward pass leaves for the backward pass, and memory that both work in.
  public struct Memory {
    /// directions × length · batch × gateWidth: the gates, by time
    let gates: UnsafeMutablePointer<Float>
    /// directions × length · batch × hidden: U_n h + d_n, or tanh(c′), by step
    let inner: UnsafeMutablePointer<Float>
    /// directions × (length + 1) · batch × hidden: h before each step and after the last
    let states: UnsafeMutablePointer<Float>
    /// The same for c; empty for ``RecurrentCell/gru``
    let cells: UnsafeMutablePointer<Float>
    /// Gradients of W x + b, by time, and of U h + d, by step
    let dInput: UnsafeMutablePointer<Float>
    let dHidden: UnsafeMutablePointer<Float>
    /// directions × batch × hidden: the gradients of the running h and c
    let dState: UnsafeMutablePointer<Float>
    let dCell: UnsafeMutablePointer<Float>
    /// directions × batch × gateWidth: U h + d of one step
    let step: UnsafeMutablePointer<Float>
    /// W and U transposed, for each direction
    let transposed: UnsafeMutablePointer<Float>

    /// Memory of ``RecurrentKernel/memoryCount`` elements.
    public init(_ kernel: RecurrentKernel, at start: UnsafeMutablePointer<Float>) {
      var next = start
      func take(_ count: Int) -> UnsafeMutablePointer<Float> {
        defer { next += roundUp(count, 16) }
        return next
      }
      gates = take(kernel.gatesCount)
      inner = take(kernel.innerCount)
      states = take(kernel.statesCount)
      cells = take(kernel.cell == .lstm ? kernel.statesCount : 0)
      dInput = take(kernel.gatesCount)
      dHidden = take(kernel.gatesCount)
      dState = take(kernel.runningCount)
      dCell = take(kernel.cell == .lstm ? kernel.runningCount : 0)
      step = take(kernel.directions * kernel.batch * kernel.gateWidth)
      transposed = take(kernel.transposedCount)
      assert(next - start == kernel.memoryCount, "memory and its parts disagree")
    }
  }

  private var gatesCount: Int { directions * length * batch * gateWidth }
  private var innerCount: Int { directions * length * batch * hidden }
  private var statesCount: Int { directions * (length + 1) * batch * hidden }
  private var runningCount: Int { directions * batch * hidden }
  private var transposedCount: Int { directions * gateWidth * (inputs + hidden) }

  /// Elements of ``Memory``, kept from a forward pass until its backward pass.
  public var memoryCount: Int {
    let isLSTM = cell == .lstm
    return [
      gatesCount, innerCount, statesCount, isLSTM ? statesCount : 0, gatesCount, gatesCount,
      runningCount, isLSTM ? runningCount : 0, directions * batch * gateWidth, transposedCount,
    ].reduce(0) { $0 + roundUp($1, 16) }
  }

  /// Chunks of sequences.
  var rowChunks: Int { (batch + Self.rowsPerChunk - 1) / Self.rowsPerChunk }

  /// The sequences of a chunk.
  func rows(ofChunk chunk: Int) -> Range<Int> {
    let start = chunk * Self.rowsPerChunk
    return start..<min(start + Self.rowsPerChunk, batch)
  }

  /// The time whose input a step reads: the second direction begins at the end.
  @inline(__always)
  func time(ofStep step: Int, of steps: Int, direction: Int) -> Int {
    direction == 0 ? step : steps - 1 - step
  }
}

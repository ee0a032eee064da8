import Kernels
import Tensors

/// A tensor that belongs to a network: trained, or kept beside what is trained.
///
/// Names and shapes are torchvision's, so that weights can be exchanged; the elements in ``value``
/// are in our own order: convolution weights height × width × in × out, everything else as there.
public final class Parameter {
  /// Which learning rate applies, and what stays still while only the head is trained.
  public enum Part: String, Sendable, Codable, CaseIterable { case trunk, head }

  /// What the elements do.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    case weight, bias, normScale, normShift, buffer

    /// Whether weight decay may exempt it.
    public var isNormOrBias: Bool { self != .weight }
  }

  /// Such as `layer1.0.conv1.weight`.
  public let name: String
  /// PyTorch's shape, such as out × in × height × width.
  public let shape: [Int]
  public let part: Part
  public let kind: Kind
  private let stored: AlignedBuffer
  /// How often ``value`` was handed out, so how often the elements may have changed: what was made
  /// from them before is out of date.
  private(set) var changes = 0

  /// The elements, in our order, to read and to write now. Whoever kept this buffer and wrote to it
  /// later would leave ``changes`` behind.
  public var value: AlignedBuffer {
    changes &+= 1
    return stored
  }

  /// The elements, in our order, to read.
  var elements: UnsafePointer<Float> { UnsafePointer(stored.pointer) }

  /// The elements, in our order, for a checkpoint that is written before anybody changes them.
  public var written: WrittenTensor { WrittenTensor(name, shape: shape, living: stored) }

  /// As ``value``; nil for buffers.
  public let gradient: AlignedBuffer?

  /// The gradient of what is trained.
  ///
  /// - Precondition: the parameter is no buffer.
  var trainedGradient: AlignedBuffer {
    guard let gradient else { preconditionFailure("\(name) is a buffer and has no gradient") }
    return gradient
  }

  let initial: InitialValue
  /// Whether weight decay may touch it at all.
  public let decays: Bool

  /// A tensor of zeros, for tests of what works on parameters.
  package convenience init(_ name: String, _ shape: [Int], part: Part, kind: Kind) {
    self.init(name, shape, part: part, kind: kind, initial: .constant(0))
  }

  /// A tensor of zeros, which ``initialize(seed:)`` sets to `initial`.
  init(
    _ name: String, _ shape: [Int], part: Part, kind: Kind, initial: InitialValue,
    decays: Bool = true
  ) {
    self.decays = decays
    (self.name, self.shape, self.part, self.kind) = (name, shape, part, kind)
    self.initial = initial
    let count = shape.reduce(1, *)
    stored = AlignedBuffer(count: count)
    gradient = kind == .buffer ? nil : AlignedBuffer(count: count)
  }

  /// Elements in all.
  public var count: Int { stored.count }

  /// Sets the gradient to zero, for what adds to it.
  func clearGradient(pool: ThreadPool) {
    if let gradient { UpdateRules.zero(gradient.pointer, count: count, pool: pool) }
  }

  /// The value in PyTorch's order.
  public func torchValues() -> [Float] { torchOrder(of: stored) }

  /// The gradient in PyTorch's order; empty for buffers.
  public func torchGradient() -> [Float] { gradient.map(torchOrder) ?? [] }

  /// Sets the value from elements in PyTorch's order.
  ///
  /// - Precondition: there are `count` of them.
  public func setTorchValues(_ values: [Float]) {
    precondition(values.count == count, "\(name) has \(count) numbers, not \(values.count)")
    let own = value.pointer
    forEachPlace { torch, place in own[place] = values[torch] }
  }

  private func torchOrder(of buffer: AlignedBuffer) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    forEachPlace { torch, own in values[torch] = buffer.pointer[own] }
    return values
  }

  /// Visits all pairs of an index in PyTorch's order and in ours.
  private func forEachPlace(_ body: (_ torch: Int, _ own: Int) -> Void) {
    guard shape.count == 4 else {
      for index in 0..<count { body(index, index) }
      return
    }
    let (outputs, inputs, taps) = (shape[0], shape[1], shape[2] * shape[3])
    var torch = 0
    for output in 0..<outputs {
      for input in 0..<inputs {
        for tap in 0..<taps {
          body(torch, (tap * inputs + input) * outputs + output)
          torch += 1
        }
      }
    }
  }
}

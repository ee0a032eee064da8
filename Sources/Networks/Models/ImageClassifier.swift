import Kernels
import Tensors

/// A network that turns a batch of images into logits, with all the memory it trains in. With a
/// ``TextConfiguration`` it reads texts beside the images, or alone.
///
/// One step: fill ``input`` (and ``tokens``), `forward`, read ``logits``, fill ``dLogits``, `backward`. Nothing is
/// allocated between. The same seed, inputs and configuration give the same bits with any number
/// of threads. Not thread-safe: one classifier belongs to one thread at a time.
public final class ImageClassifier {
  /// Trunk, then head.
  private let layers: [any Layer]
  private let trunkCount: Int
  private let seed: UInt64
  private let pool: ThreadPool
  private let workspace: Workspace
  private let inputSlot: WorkspacePlan.Slot
  private let inputShape: Shape
  /// What every layer, trunk then head, writes.
  private let activations: [(slot: WorkspacePlan.Slot, shape: Shape)]
  /// Layers whose results are not kept for the backward pass but made again, which takes one pass
  /// over memory.
  private let restored: Set<Int>
  /// Elements of a result from which on it is: where activations fill the memory.
  package static let leastRestored = 6 << 20
  private let dLogitsSlot: WorkspacePlan.Slot
  private let dFeaturesSlot: WorkspacePlan.Slot
  /// The gradients of a layer's result and of what it read, in turn.
  private let gradients: [WorkspacePlan.Slot]
  /// Of the last forward pass while training, until it was differentiated.
  private var pass: Pass?
  /// Layers, from the input on, that the last forward pass left alone.
  private var frozenLayers = 0
  /// Where texts enter a network that reads images too.
  private let textBeside: TextBesideLayer?
  private let readsTextOnly: Bool

  /// Trained tensors in torchvision's order and with its names.
  public let parameters: [Parameter]
  /// Running means and variances.
  public let buffers: [Parameter]
  /// Elements planned, for `describe`.
  public let workspaceBytes: Int

  /// Builds a network with initial weights for batches of exactly `batch` images.
  ///
  /// The trunk's weights depend on the seed only, not on the number of classes. Of a
  /// ``TextConfiguration/Variant/fallback`` this is the image's model; the text's is another
  /// classifier with the variant ``TextConfiguration/Variant/text``.
  ///
  /// - Parameter vocabulary: words that texts may hold; their elements are below it.
  public convenience init(
    _ configuration: ModelConfiguration, classes: Int, height: Int, width: Int, batch: Int,
    seed: UInt64, pool: ThreadPool, vocabulary: Int = 0
  ) throws(ShapeError) {
    try self.init(
      configuration, classes: classes, input: Shape(n: batch, h: height, w: width, c: 3),
      seed: seed, pool: pool, divisor: 1, vocabulary: vocabulary)
  }

  /// As the public initialiser, with all widths divided by `divisor`.
  package init(
    _ configuration: ModelConfiguration, classes: Int, input: Shape, seed: UInt64,
    pool: ThreadPool, divisor: Int, vocabulary: Int = 0,
    leastRestored: Int = ImageClassifier.leastRestored
  ) throws(ShapeError) {
    guard input.n >= 1, input.h >= 1, input.w >= 1, classes >= 1 else {
      throw ShapeError(
        "a network for \(input.n) images of \(input.h)×\(input.w) and \(classes) classes: "
          + "every extent must be at least 1")
    }
    let parts = Parts(
      configuration, classes: classes, divisor: divisor, vocabulary: vocabulary)
    (trunkCount, layers) = (parts.trunk.count, parts.trunk + parts.head)
    (textBeside, readsTextOnly) = (parts.textBeside, parts.words != nil)
    let input = parts.words.map { Shape.matrix(input.n, $0) } ?? input
    (self.seed, self.pool, inputShape) = (seed, pool, input)

    var plan = WorkspacePlan()
    inputSlot = plan.reserve(input.count, for: .untilBackward, label: "input")
    var planned: [(slot: WorkspacePlan.Slot?, shape: Shape)] = []
    var shape = input
    var spare = SpareMemory(trunk: trunkCount)
    // Whoever freezes a part keeps what it ends with.
    let cuts = FrozenPart.allCases.map { [layers, trunkCount] in
      Self.layerCount($0, layers, trunk: trunkCount)
    }
    var restored: Set<Int> = []
    for (index, layer) in layers.enumerated() {
      let start = plan.privateCount
      shape = try layer.plan(for: shape, in: &plan, threads: pool.threads)
      plan.endLayer()
      if layer.canRestoreResult, shape.count >= leastRestored, !restored.contains(index - 1),
        !cuts.contains(index + 1)
      {
        restored.insert(index)
      }
      let slot =
        restored.contains(index)
        ? nil : plan.reserve(shape.count, for: .untilBackward, label: "\(layer.path) result")
      planned.append((slot, shape))
      spare.add(from: start, result: shape.count, in: &plan)
    }
    self.restored = restored
    dLogitsSlot = plan.reserve(shape.count, for: .untilBackward, label: "dLogits")
    dFeaturesSlot = plan.reserve(
      planned[planned.count - 2].shape.count, for: .untilBackward, label: "dFeatures")
    gradients = spare.gradients(in: &plan)
    let results = spare.results(of: restored, beside: gradients, in: &plan)
    activations = planned.enumerated().map { ($1.slot ?? results[$0]!, $1.shape) }
    plan.lend(spare.rooms(beside: gradients, results))
    workspace = Workspace(plan)
    workspaceBytes = plan.byteCount

    let tensors = layers.flatMap(\.parameters)
    parameters = tensors.filter { $0.kind != .buffer }
    buffers = tensors.filter { $0.kind == .buffer }
    Parameter.initialize(tensors, seed: seed, pool: pool)
  }

  /// batch × height × width × 3, to be filled before `forward`; kept until `backward` is done.
  /// Where texts alone are read, this is ``tokens``.
  public var input: MutableTensorView { workspace.tensor(inputSlot, inputShape) }

  /// ``input`` of a network that reads images.
  public var pixels: MutableTensorView? { readsTextOnly ? nil : input }

  /// batch × words, as ``input``, of a network that reads texts: the elements of the words from the
  /// left, then zeros.
  public var tokens: MutableTensorView? {
    readsTextOnly ? input : textBeside?.tokens(in: workspace)
  }

  /// batch × classes, valid after `forward`.
  public var logits: TensorView {
    let last = activations[activations.count - 1]
    return workspace.tensor(last.slot, last.shape).readOnly
  }

  /// batch × classes, to be filled before `backward`, which uses it up.
  public var dLogits: MutableTensorView { workspace.tensor(dLogitsSlot, logits.shape) }

  /// batch × width, what the last layer reads; valid after `forward`.
  public var features: TensorView { source(of: layers.count - 1) }

  /// As ``features``: a gradient that the loss has on them besides that by way of the logits. Added
  /// by `backward` where asked for.
  public var dFeatures: MutableTensorView { workspace.tensor(dFeaturesSlot, features.shape) }

  /// The last layer's tensors: its weight, and its bias where it has one.
  public var classifier: [Parameter] { layers[layers.count - 1].parameters }

  /// Implementation name → number of convolutions that use it.
  public var kernelNames: [String: Int] {
    layers.flatMap(\.kernelNames).reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  /// Computes ``logits``.
  ///
  /// In the training phase batches are normalised by their own statistics, which also move the
  /// running ones, and dropout is active, keyed by `step`. What is frozen works as in evaluation
  /// whatever the phase; another part may be frozen at the next step.
  public func forward(phase: LearningPhase, step: Int, freezing part: FrozenPart? = nil) {
    if let part { forwardFrozen(part) }
    forward(phase: phase, step: step, above: part)
  }

  /// Computes ``activation(at:)`` from ``input``.
  public func forwardFrozen(_ part: FrozenPart) {
    run(
      0..<layerCount(part),
      Pass(phase: .evaluation, step: 0, seed: seed, workspace: workspace, pool: pool))
  }

  /// Computes ``logits`` from ``activation(at:)`` as it stands, or from ``input`` where nothing is
  /// frozen.
  public func forward(phase: LearningPhase, step: Int, above part: FrozenPart?) {
    let pass = Pass(phase: phase, step: step, seed: seed, workspace: workspace, pool: pool)
    frozenLayers = layerCount(part)
    self.pass = phase == .training ? pass : nil
    run(frozenLayers..<layers.count, pass)
  }

  private func run(_ range: Range<Int>, _ pass: Pass) {
    for index in range {
      pool.timed(layers[index].timedName, .forward) {
        layers[index].forward(source(of: index), into: result(of: index), pass: pass)
      }
    }
  }

  /// Computes the gradients of all parameters above what was frozen; costs nothing below.
  ///
  /// - Precondition: the last call was `forward` in the training phase; once each.
  /// - Parameter addsFeatureGradient: whether ``dFeatures`` counts too.
  public func backward(addsFeatureGradient: Bool = false) {
    guard let pass else { preconditionFailure("backward() comes once after a training forward()") }
    self.pass = nil
    for index in stride(from: layers.count - 1, through: frozenLayers, by: -1) {
      let shape = activations[index].shape
      let dDst =
        index == layers.count - 1 ? dLogits : workspace.tensor(gradients[index], shape)
      let src = source(of: index)
      let dSrc =
        index == frozenLayers ? nil : workspace.tensor(gradients[index - 1], src.shape)
      if restored.contains(index - 1), index > frozenLayers {
        pool.timed(layers[index - 1].timedName, .backwardData) {
          layers[index - 1].restoreResult(
            source(of: index - 1), into: result(of: index - 1), pass: pass)
        }
      }
      pool.timed(layers[index].timedName, .backwardData) {
        layers[index].backward(
          dDst, src: src, dst: result(of: index).readOnly, into: dSrc, pass: pass)
      }
      if addsFeatureGradient, index == layers.count - 1, let dSrc {
        for (place, gradient) in dFeatures.buffer.enumerated() { dSrc.pointer[place] += gradient }
      }
    }
  }

  private func source(of index: Int) -> TensorView {
    index == 0 ? input.readOnly : result(of: index - 1).readOnly
  }

  private func result(of index: Int) -> MutableTensorView {
    workspace.tensor(activations[index].slot, activations[index].shape)
  }
}

extension ImageClassifier {
  /// Layers, from the input on, that belong to a part. Pooling belongs to the trunk's last part.
  private func layerCount(_ part: FrozenPart?) -> Int {
    guard let part else { return 0 }
    guard let count = Self.layerCount(part, layers, trunk: trunkCount) else {
      preconditionFailure("this network has no \(part)")
    }
    return count
  }

  /// As ``layerCount(_:)``; nil where there is no such part.
  private static func layerCount(
    _ part: FrozenPart, _ layers: [any Layer], trunk: Int
  ) -> Int? {
    if part == .stem { return 1 }
    let last = layers.lastIndex { $0.path.hasPrefix(part.rawValue + ".") }
    return last.map { $0 == trunk - 1 ? trunk + 1 : $0 + 1 }
  }

  /// What a frozen part makes of the batch: batch × ``ModelConfiguration/activationShape(at:height:width:)``.
  public func activation(at part: FrozenPart) -> MutableTensorView {
    result(of: layerCount(part) - 1)
  }

  /// The results of all layers of a part that keep them, to compare bits inside it.
  package func results(within part: FrozenPart) -> [TensorView] {
    (0..<layerCount(part)).filter { !restored.contains($0) }.map { result(of: $0).readOnly }
  }

  /// What an optimiser may touch while a part is frozen.
  public func trainedParameters(above part: FrozenPart?) -> [Parameter] {
    layers[layerCount(part)...].flatMap(\.parameters).filter { $0.kind != .buffer }
  }

  /// Everything that training may change while a part is frozen: parameters, then buffers.
  public func tensors(above part: FrozenPart?) -> [Parameter] {
    let tensors = layers[layerCount(part)...].flatMap(\.parameters)
    return tensors.filter { $0.kind != .buffer } + tensors.filter { $0.kind == .buffer }
  }

  /// Weights and running statistics of a part.
  public func tensors(within part: FrozenPart) -> [Parameter] {
    layers[..<layerCount(part)].flatMap(\.parameters)
  }

  /// As ``kernelNames``, of a part.
  public func kernelNames(within part: FrozenPart) -> [String: Int] {
    layers[..<layerCount(part)].flatMap(\.kernelNames).reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }
}

extension Layer {
  /// What a clock calls it.
  fileprivate var timedName: String { path.isEmpty ? "stem" : path }
}

import Kernels
import Tensors

/// A network that turns a batch of images into logits, with all the memory it trains in. With a
/// ``TextConfiguration`` it reads texts beside the images, or alone.
///
/// One step: fill ``input`` (and ``tokens``), `forward`, read ``logits``, fill ``dLogits``,
/// `backward`. Training steps take no memory for elements but what was planned; an evaluation also
/// makes folded weights, once for all its batches. The same seed, inputs and configuration give the
/// same bits with any number of threads. Not thread-safe: one classifier belongs to one thread at a
/// time.
public final class ImageClassifier {
  /// Trunk, then head.
  private let steps: [NetworkPlan.Step]
  private let workspace: Workspace
  private let inputSlot: WorkspacePlan.Slot
  private let inputShape: Shape
  private let dLogitsSlot: WorkspacePlan.Slot
  private let dFeaturesSlot: WorkspacePlan.Slot
  private let seed: UInt64
  private let pool: ThreadPool
  /// Where texts enter a network that reads images too.
  private let textBeside: PlannedTextBesideLayer?
  private let readsTextOnly: Bool
  /// How many layers, from the input on, belong to each part that may be frozen.
  private let partEnds: [FrozenPart: Int]
  /// The last forward pass while training, until its backward pass.
  private var pass: Pass?
  /// Layers, from the input on, that the last forward pass left alone.
  private var frozenLayers = 0

  /// Trained tensors in torchvision's order and with its names.
  public let parameters: [Parameter]
  /// Running means and variances.
  public let buffers: [Parameter]
  /// Bytes of all memory that was planned, for `describe`.
  public let workspaceBytes: Int

  /// Elements from which on a result is made again where it can be: results as large as this fill
  /// the memory, and to make one again takes a single pass over it.
  package static let leastRestored = 6 << 20

  /// Builds a network with initial weights for batches of exactly `batch` images.
  ///
  /// The trunk's weights depend on the seed only, not on the number of classes. Of a
  /// ``TextConfiguration/Variant/fallback`` this is the image's model; the text's is another
  /// classifier with the variant ``TextConfiguration/Variant/text``.
  ///
  /// - Parameters:
  ///   - seed: of the initial weights and of dropout.
  ///   - pool: the threads that run the network.
  ///   - vocabulary: the number of words that texts may hold; every word's number is below it.
  /// - Throws: `ShapeError` where the network cannot take images of this size or this batch.
  public convenience init(
    _ configuration: ModelConfiguration, classes: Int, height: Int, width: Int, batch: Int,
    seed: UInt64, pool: ThreadPool, vocabulary: Int = 0
  ) throws(ShapeError) {
    try self.init(
      configuration, classes: classes, input: Shape(n: batch, h: height, w: width, c: 3),
      seed: seed, pool: pool, divisor: 1, vocabulary: vocabulary)
  }

  /// As the public initialiser, with all widths divided by `divisor`, and with results of at least
  /// `leastRestored` elements made again.
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
    let input = parts.words.map { Shape.matrix(input.n, $0) } ?? input
    let plan = try NetworkPlan(
      parts, input: input, leastRestored: leastRestored, threads: pool.threads)
    (steps, partEnds, readsTextOnly) = (plan.steps, parts.ends, parts.words != nil)
    textBeside = plan.steps.lazy.compactMap { $0.layer as? PlannedTextBesideLayer }.first
    (self.seed, self.pool, inputShape) = (seed, pool, input)
    (inputSlot, dLogitsSlot, dFeaturesSlot) = (plan.input, plan.dLogits, plan.dFeatures)
    (workspace, workspaceBytes) = (Workspace(plan.memory), plan.memory.byteCount)

    let tensors = steps.flatMap(\.parameters)
    parameters = tensors.filter { $0.kind != .buffer }
    buffers = tensors.filter { $0.kind == .buffer }
    Parameter.initialize(tensors, seed: seed, pool: pool)
  }
}

// MARK: - What goes in and comes out

extension ImageClassifier {
  /// batch × height × width × 3, to be filled before `forward`; kept until `backward` is done.
  /// Where texts alone are read, this is ``tokens``.
  public var input: MutableTensorView { workspace.tensor(inputSlot, inputShape) }

  /// ``input`` of a network that reads images.
  public var pixels: MutableTensorView? { readsTextOnly ? nil : input }

  /// batch × words, as ``input``, of a network that reads texts: the numbers of the words from the
  /// left, then zeros.
  public var tokens: MutableTensorView? {
    readsTextOnly ? input : textBeside?.tokens(in: workspace)
  }

  /// batch × classes, valid after `forward`.
  public var logits: TensorView { result(of: steps.count - 1).readOnly }

  /// batch × classes, to be filled before `backward`, which uses it up.
  public var dLogits: MutableTensorView { workspace.tensor(dLogitsSlot, logits.shape) }

  /// batch × width, what the last layer reads; valid after `forward`.
  public var features: TensorView { source(of: steps.count - 1) }

  /// As ``features``: what a loss adds to their gradient besides what comes by way of the logits, to
  /// be filled before `backward`, which adds it where asked for.
  public var dFeatures: MutableTensorView { workspace.tensor(dFeaturesSlot, features.shape) }

  /// The last layer's tensors: its weight, and its bias where it has one.
  public var classifier: [Parameter] { steps[steps.count - 1].parameters }

  /// Implementation name → number of convolutions that use it.
  public var kernelNames: [String: Int] { Self.counted(steps[...]) }

  /// The result of the layer below, or the input.
  private func source(of index: Int) -> TensorView {
    index == 0 ? input.readOnly : result(of: index - 1).readOnly
  }

  private func result(of index: Int) -> MutableTensorView {
    workspace.tensor(steps[index].result, steps[index].shape)
  }

  private static func counted(_ steps: ArraySlice<NetworkPlan.Step>) -> [String: Int] {
    steps.flatMap(\.layer.kernelNames).reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }
}

// MARK: - Passes

extension ImageClassifier {
  /// Computes ``logits``.
  ///
  /// In the training phase batches are normalised by their own statistics, which also move the
  /// running ones, and dropout is active, keyed by `step`. What is frozen works as in evaluation
  /// whatever the phase; another part may be frozen at the next step.
  ///
  /// - Precondition: ``input`` (and ``tokens``) are filled; the network has the frozen part.
  /// - Parameters:
  ///   - step: the number of the optimiser's step.
  ///   - part: what is frozen; nil for nothing.
  public func forward(phase: LearningPhase, step: Int, freezing part: FrozenPart? = nil) {
    if let part { forwardFrozen(part) }
    forward(phase: phase, step: step, above: part)
  }

  /// Computes ``activation(at:)`` from ``input``.
  ///
  /// - Precondition: the network has that part.
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
    run(frozenLayers..<steps.count, pass)
  }

  /// Computes the results of some layers from that of the layer below them.
  private func run(_ range: Range<Int>, _ pass: Pass) {
    var source = LayerSource.written(source(of: range.lowerBound))
    for index in range {
      source = pool.timed(steps[index].name, .forward) {
        steps[index].layer.forward(source, into: result(of: index), pass: pass)
      }
    }
    // There is no layer above that could end the last result.
    _ = source.written(pool: pool)
  }

  /// Overwrites the gradients of all parameters above what was frozen; costs nothing below.
  ///
  /// - Precondition: it comes once after a `forward` in the training phase; ``dLogits`` is filled.
  /// - Parameter addsFeatureGradient: whether ``dFeatures`` counts too.
  public func backward(addsFeatureGradient: Bool = false) {
    guard let pass else { preconditionFailure("backward() comes once after a training forward()") }
    self.pass = nil
    var gradient: ResultGradient? = .whole(dLogits)
    for index in (frozenLayers..<steps.count).reversed() {
      guard let dDst = gradient else { preconditionFailure("no gradient of \(steps[index].name)") }
      let src = source(of: index)
      let isLowest = index == frozenLayers
      let dSrc = isLowest ? nil : workspace.tensor(steps[index - 1].gradient, src.shape)
      if !isLowest { restoreResult(of: index - 1, pass) }
      gradient = pool.timed(steps[index].name, .backwardData) {
        steps[index].layer.backward(
          dDst, src: src, dst: result(of: index).readOnly, into: dSrc, pass: pass)
      }
      if addsFeatureGradient, index == steps.count - 1, let dSrc {
        for (place, gradient) in dFeatures.buffer.enumerated() { dSrc.pointer[place] += gradient }
      }
    }
  }

  /// Makes a layer's result again if it was not kept.
  private func restoreResult(of index: Int, _ pass: Pass) {
    guard let layer = steps[index].restorable else { return }
    pool.timed(steps[index].name, .backwardData) {
      layer.restoreResult(source(of: index), into: result(of: index), pass: pass)
    }
  }
}

// MARK: - Frozen parts

extension ImageClassifier {
  /// Layers, from the input on, that belong to a part.
  ///
  /// - Precondition: the network has that part.
  private func layerCount(_ part: FrozenPart?) -> Int {
    guard let part else { return 0 }
    guard let count = partEnds[part] else { preconditionFailure("this network has no \(part)") }
    return count
  }

  /// What a frozen part makes of the batch, of the shape that
  /// ``ModelConfiguration/activationShape(at:height:width:)`` has for one image.
  ///
  /// - Precondition: the network has that part, here and in the calls below.
  public func activation(at part: FrozenPart) -> MutableTensorView {
    result(of: layerCount(part) - 1)
  }

  /// The results of all layers of a part that keep them, to compare bits inside it.
  package func results(within part: FrozenPart) -> [TensorView] {
    (0..<layerCount(part)).filter { steps[$0].restorable == nil }.map { result(of: $0).readOnly }
  }

  /// What an optimiser may touch while a part is frozen.
  public func trainedParameters(above part: FrozenPart?) -> [Parameter] {
    steps[layerCount(part)...].flatMap(\.parameters).filter { $0.kind != .buffer }
  }

  /// Everything that training may change while a part is frozen: parameters, then buffers.
  public func tensors(above part: FrozenPart?) -> [Parameter] {
    let tensors = steps[layerCount(part)...].flatMap(\.parameters)
    return tensors.filter { $0.kind != .buffer } + tensors.filter { $0.kind == .buffer }
  }

  /// Weights and running statistics of a part.
  public func tensors(within part: FrozenPart) -> [Parameter] {
    steps[..<layerCount(part)].flatMap(\.parameters)
  }

  /// As ``kernelNames``, of a part.
  public func kernelNames(within part: FrozenPart) -> [String: Int] {
    Self.counted(steps[..<layerCount(part)])
  }
}

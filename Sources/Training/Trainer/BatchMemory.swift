import Datasets
import Kernels
import Networks
import Randomness
import Recipes
import Strategies
import Tensors

/// What a trainer keeps of a batch beside its models: the targets, and images before they were mixed.
struct BatchMemory {
  private let classCount: Int
  private let batch: Int
  private let smoothing: Double
  private let targetBuffer: AlignedBuffer
  /// A copy of the batch's images; `nil` where no phase mixes them.
  private let unmixed: AlignedBuffer?

  /// Memory for one run.
  ///
  /// - Parameter inputCount: elements of a batch's images.
  init(_ training: TrainingConfiguration, plan: TrainingPlan, classCount: Int, inputCount: Int) {
    (self.classCount, batch, smoothing) = (classCount, training.batch, training.labelSmoothing)
    targetBuffer = AlignedBuffer(count: training.batch * classCount)
    let mixes = plan.phases.contains { $0.mixing != nil }
    unmixed = mixes ? AlignedBuffer(count: inputCount) : nil
  }

  /// batch × classes.
  private var targetView: MutableTensorView { targetBuffer.view(.matrix(batch, classCount)) }

  /// batch × classes, as ``fillTargets(_:_:)`` left them.
  var targets: TensorView { targetView.readOnly }

  /// Mixes the loaded images of a model.
  ///
  /// - Returns: how, one an example; empty where the phase mixes nothing.
  func mix(
    _ examples: [LabeledExample], by mixing: (any BatchMixing)?, in input: MutableTensorView,
    loader: BatchLoader, using generator: inout SeededGenerator
  ) -> [ExampleMix?] {
    guard let mixing, let unmixed else { return [] }
    let mixes = mixing.mixes(
      of: examples.map(\.classIndex), height: input.shape.h, width: input.shape.w,
      using: &generator)
    loader.mix(input, by: mixes, copy: unmixed)
    return mixes
  }

  /// One-hot or mixed targets, with the experiment's label smoothing.
  func fillTargets(_ examples: [LabeledExample], _ mixes: [ExampleMix?]) {
    let targets = targetView
    targets.fill(Float(smoothing / Double(classCount)))
    for (row, example) in examples.enumerated() {
      let target = targets.pointer + row * classCount
      guard let mix = mixes.isEmpty ? nil : mixes[row] else {
        target[example.classIndex] += Float(1 - smoothing)
        continue
      }
      target[example.classIndex] += Float((1 - smoothing) * mix.labelShare)
      target[examples[mix.partner].classIndex] += Float((1 - smoothing) * (1 - mix.labelShare))
    }
  }
}

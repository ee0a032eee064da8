import Tensors

/// The memory that a network takes, known without taking it. Counts are of elements.
public struct NetworkMemory: Hashable, Sendable {
  /// Bytes of what passes through the layers, of what they keep, and of scratch memory.
  public let workspaceBytes: Int
  /// All weights and running statistics, with the gradients of what is no statistic.
  public let tensorCount: Int
  /// What an optimiser touches above a frozen part.
  public let trainedCount: Int
  /// Weights and running statistics above a frozen part: what a checkpoint and a copy of the best
  /// epoch hold.
  public let changingCount: Int
  /// Weights and running statistics of the whole network.
  public let weightCount: Int

  /// Plans a network as ``ImageClassifier`` does, without its workspace.
  ///
  /// - Parameters:
  ///   - batch: images a step.
  ///   - threads: of the pool that will run it.
  ///   - vocabulary: the number of words that texts may hold; 0 where none are read.
  /// - Throws: `ShapeError` where the network cannot take images of this size or this batch.
  public init(
    of configuration: ModelConfiguration, classes: Int, height: Int, width: Int, batch: Int,
    threads: Int, vocabulary: Int = 0
  ) throws(ShapeError) {
    let parts = ImageClassifier.Parts(
      configuration, classes: classes, divisor: 1, vocabulary: vocabulary)
    let input =
      parts.words.map { Shape.matrix(batch, $0) }
      ?? Shape(n: batch, h: height, w: width, c: 3)
    let plan = try NetworkPlan(
      parts, input: input, leastRestored: ImageClassifier.leastRestored, threads: threads)
    workspaceBytes = plan.memory.byteCount
    let tensors = plan.steps.flatMap(\.parameters)
    let frozen = configuration.freeze.flatMap { parts.ends[$0] } ?? 0
    let changing = plan.steps[frozen...].flatMap(\.parameters)
    func count(_ tensors: [Parameter]) -> Int { tensors.reduce(0) { $0 + $1.count } }
    func trained(_ tensors: [Parameter]) -> [Parameter] { tensors.filter { $0.kind != .buffer } }
    weightCount = count(tensors)
    tensorCount = weightCount + count(trained(tensors))
    trainedCount = count(trained(changing))
    changingCount = count(changing)
  }
}

extension OptimizerConfiguration {
  /// Numbers that the rule keeps for each one that it trains.
  public var momentCount: Int {
    switch rule {
    case .sgd: momentum == 0 ? 0 : 1
    case .adamw: 2
    }
  }
}

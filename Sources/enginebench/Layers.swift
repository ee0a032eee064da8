import ArgumentParser
import Kernels

/// Where the time of a training step goes.
struct Layers: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time, GFLOP/s and share of a training step, layer by layer and pass by pass.",
    discussion: """
      The shares are those of the median step and sum to it. A line named as a block holds what is \
      left of it without its convolutions: normalisation, ReLU, addition. %FMA is the share of the \
      rate at which the machine multiplies and adds in registers, measured before and after the \
      steps; a kernel that includes other work counts only its convolution's operations.
      """)

  @OptionGroup var options: NetworkOptions

  func run() throws {
    let pool = ThreadPool(threads: options.threads)
    let training = try TrainingStep(options, pool: pool)
    for _ in 0..<2 { _ = training.run() }
    let before = MachineRate.multiplyAdds(pool, trials: 5)
    _ = training.run()
    let clock = WorkClock()
    pool.clock = clock
    let steps = (0..<options.steps).map { _ in
      clock.reset()
      clock.measure("between layers", .other) { _ = training.run() }
      return clock.pieces
    }
    pool.clock = nil
    let after = MachineRate.multiplyAdds(pool, trials: 5)
    func seconds(_ pieces: [WorkClock.Piece]) -> Double { pieces.reduce(0) { $0 + $1.seconds } }
    let median = steps.sorted { seconds($0) < seconds($1) }[steps.count / 2]
    let table = LayerTable(
      title: options.title, batch: options.batch, pieces: median, multiplyAdds: max(before, after))
    if options.json { try printJSON(table) } else { table.print() }
  }
}

import Networks
import Recipes
import Strategies
import Training

/// Measures each distinct shape of a plan's runs once, within bounds of time and memory.
///
/// A network that is too slow or too large for these bounds is measured with fewer, or with smaller
/// images, and the durations are multiplied: convolutions take as much time as there are pixels.
public struct StepMeter {
  private let cache: StepTimesCache
  private let threads: Int
  /// Bytes that a measured network may take.
  private let memory: Int
  /// Seconds that measuring one shape may take, about.
  private let secondsPerShape: Double
  /// Seconds that are left for all shapes; afterwards one step of a few images must do.
  private var secondsLeft: Double

  /// Bytes of a workspace up to which a network is measured as it is, without a first idea.
  private static let small = 16 << 20
  /// Bytes of a workspace for a first idea.
  private static let glance = 96 << 20

  /// A meter.
  ///
  /// - Parameters:
  ///   - folder: where measurements are kept; `nil` to keep none.
  ///   - seconds: for all shapes together, about.
  public init(
    folder: String?, threads: Int, machine: MachineLimits, seconds: Double,
    secondsPerShape: Double = 4
  ) {
    cache = StepTimesCache(folder: folder, threads: threads)
    memory = (machine.available ?? machine.memory) / 2
    (self.threads, self.secondsPerShape, secondsLeft) = (threads, secondsPerShape, seconds)
  }

  /// The durations of a recipe's run: kept ones, or measured now.
  ///
  /// - Precondition: the recipe trains.
  /// - Throws: what measuring throws.
  mutating func times(
    of recipe: Recipe, plan: TrainingPlan, data: PreparedData
  ) throws -> StepTimes {
    let shape = RehearsalShape(of: recipe, plan: plan, splits: data.splits)
    if let known = cache[shape] { return known }
    let start = monotonicSeconds()
    let times = try measure(recipe, plan: plan, data: data)
    secondsLeft -= monotonicSeconds() - start
    cache.keep(times, for: shape)
    return times
  }

  private func measure(
    _ recipe: Recipe, plan: TrainingPlan, data: PreparedData
  ) throws -> StepTimes {
    func memory(_ recipe: Recipe) throws -> RunMemory {
      try RunMemory(of: recipe, plan: plan, data: data, threads: threads)
    }
    let budget = min(secondsPerShape, secondsLeft)
    let limits = RehearsalLimits(seconds: min(1, budget / 4))
    if try memory(recipe).own <= Self.small, budget > 0 {
      return try Rehearsal.measure(recipe, data: data, threads: threads, limits: limits)
    }
    let full = recipe.training.batch
    var few = recipe
    few.training.batch = min(full, 2)
    let pixels = Self.shrink(&few, to: Self.glance, workspace: try memory(few).workspace)
    let seen =
      pixels == 1 ? data : try SampledData.resized(data, to: few.image, threads: threads)
    let share = Double(full) / Double(few.training.batch)
    let glance = try Rehearsal.measure(few, data: seen, threads: threads, limits: .glance)
    // What fits into the time and the memory, as a multiple of the first batch.
    let fixed = glance.rehearsalSeconds(batches: 0, limits)
    let each = glance.rehearsalSeconds(batches: 1, limits) - fixed
    let times = pixels == 1 ? max((budget - fixed) / max(each, 1e-9), 1) : 1
    var best = recipe
    best.training.batch = min(full, max(few.training.batch, Int(times) * few.training.batch))
    while best.training.batch > few.training.batch, try memory(best).own > self.memory {
      best.training.batch = max(best.training.batch / 2, few.training.batch)
    }
    guard pixels == 1, best.training.batch > few.training.batch else {
      // Once more, warm, where that is not too long.
      let again = RehearsalLimits(warmUp: 1, seconds: 0, fewest: 1, most: 1)
      let warm =
        fixed + each < budget
        ? try Rehearsal.measure(few, data: seen, threads: threads, limits: again) : glance
      return warm.scaled(
        batches: share * pixels, images: pixels,
        from: Self.words(few, steps: warm.measuredSteps, isSmaller: pixels > 1))
    }
    let measured = try Rehearsal.measure(best, data: data, threads: threads, limits: limits)
    guard best.training.batch < full else { return measured }
    return measured.scaled(
      batches: Double(full) / Double(best.training.batch), images: 1,
      from: Self.words(best, steps: measured.measuredSteps, isSmaller: false))
  }

  /// Makes a recipe's images smaller, to a multiple of 32 pixels, where its workspace is too large.
  ///
  /// - Returns: how many times as many pixels the images had.
  private static func shrink(_ recipe: inout Recipe, to most: Int, workspace: Int) -> Double {
    guard workspace > most, recipe.model.text?.variant != .text else { return 1 }
    let factor = (Double(most) / Double(workspace)).squareRoot()
    func side(_ value: Int) -> Int {
      min(value, max(64, Int(Double(value) * factor) / 32 * 32))
    }
    let before = recipe.image.height * recipe.image.width
    recipe.image.height = side(recipe.image.height)
    recipe.image.width = side(recipe.image.width)
    return Double(before) / Double(recipe.image.height * recipe.image.width)
  }

  private static func words(_ recipe: Recipe, steps: Int, isSmaller: Bool) -> String {
    let size = isSmaller ? " of \(recipe.image.height)×\(recipe.image.width)" : ""
    return "\(steps) step\(steps == 1 ? "" : "s") of \(recipe.training.batch) images\(size)"
  }
}

import Datasets
import Experiments
import Recipes
import Strategies
import Training

extension SweepForecast {
  /// Where a forecast is made.
  public struct Setting: Sendable {
    /// What there is of memory.
    public var machine: MachineLimits
    /// Bytes free where the sweep will write; `nil` where the system does not say.
    public var freeDisk: Int?
    /// Compute threads of a worker.
    public var threads: Int

    /// A setting with all its parts.
    public init(machine: MachineLimits, freeDisk: Int?, threads: Int) {
      (self.machine, self.freeDisk, self.threads) = (machine, freeDisk, threads)
    }
  }

  /// All seeds of a variant: they need equally much.
  private struct Group {
    var plan: TrainingPlan
    var memory: RunMemory
    var times: StepTimes?
  }

  /// Looks ahead at a plan's runs.
  ///
  /// - Parameters:
  ///   - basis: the data.
  ///   - meter: measures each distinct shape; `nil` to measure nothing.
  ///   - isOpen: whether a run has still to be made; others need nothing.
  /// - Throws: what a strategy's plan and the data's texts throw. Networks that cannot be built are
  ///   ``problems``, and so is what cannot be measured.
  public init(
    of plan: SweepPlan, _ basis: ForecastBasis, in setting: Setting, meter: inout StepMeter?,
    isOpen: (SweepPlan.PlannedRun) -> Bool = { _ in true }
  ) throws {
    let experiment = plan.experiment
    let byClasses = Dictionary(
      zip(experiment.datasets.map(\.classes), basis.stages),
      uniquingKeysWith: { first, _ in first })
    var groups: [String: Group?] = [:]
    var found = Findings(experiment)
    var disk = DiskNeed()
    let texts = RecipeTexts(.group)
    (decoding, pixels) = (basis.decoding, basis.newPixels)
    for run in plan.runs where isOpen(run) {
      let recipe = run.recipe
      let data = byClasses[recipe.dataset.classes]!
      let key = texts.knownText(of: recipe)
      if groups[key] == nil {
        groups[key] = .some(
          try Self.group(recipe, data, setting, meter: &meter, &found))
      }
      guard let group = groups[key] ?? nil else { continue }
      let time = group.times.map {
        RunTime(
          of: recipe, plan: group.plan, splits: data.splits, times: $0, startup: basis.startup)
      }
      let seconds = time.map { $0.own + disk.add($0) }
      disk.add(group.memory)
      let memory = group.memory.own + setting.machine.own
      needs[run.description.configHash] = Need(seconds: seconds, memory: memory)
      add(recipe, group, seconds: seconds, memory: memory)
      found.checkRun(recipe, seconds: time?.own)
    }
    self.disk = disk.total + pixels
    found.checkNight(seconds, runs: needs.count)
    found.checkDisk(disk, pixels: pixels, free: setting.freeDisk)
    for row in rows { found.noteScaled(row) }
    problems = found.all
  }

  /// What the runs of a variant need; `nil`, with an error, where its network cannot be built.
  private static func group(
    _ recipe: Recipe, _ data: PreparedData, _ setting: Setting, meter: inout StepMeter?,
    _ found: inout Findings
  ) throws -> Group? {
    let plan = try recipe.strategy.strategy.plan(for: data.splits.census)
    let memory: RunMemory
    do {
      memory = try RunMemory(of: recipe, plan: plan, data: data, threads: setting.threads)
    } catch let error as TrainingError {
      found.add(recipe, "\(error)")
      return nil
    }
    found.checkMemory(recipe, memory, setting.machine)
    // A post-hoc method is measured as the run that it changes.
    let trained = recipe.trains ? recipe : recipe.base ?? recipe
    var times: StepTimes?
    do {
      times = try meter?.times(of: trained, plan: plan, data: data)
    } catch {
      found.add(recipe, "its steps could not be measured: \(error)", as: .warning)
    }
    return Group(plan: plan, memory: memory, times: times)
  }

  /// Adds a run to its row.
  private mutating func add(_ recipe: Recipe, _ group: Group, seconds: Double?, memory: Int) {
    let image = recipe.image
    var row = Row(
      strategies: [recipe.stagedLabel], runs: 1,
      size: "\(image.height)×\(image.width), \(recipe.training.batch)",
      secondsPerStep: recipe.trains ? group.times?.phases[0].step : nil, seconds: seconds,
      memory: memory, scaledFrom: group.times?.scaledFrom)
    guard
      let index = rows.firstIndex(where: {
        $0.size == row.size && $0.secondsPerStep == row.secondsPerStep && $0.memory == row.memory
      })
    else { return rows.append(row) }
    row = rows[index]
    row.runs += 1
    if !row.strategies.contains(recipe.stagedLabel) { row.strategies.append(recipe.stagedLabel) }
    row.seconds = row.seconds.flatMap { sum in seconds.map { sum + $0 } }
    rows[index] = row
  }
}

/// Room on the disk, and activations that several runs share.
struct DiskNeed {
  private(set) var weights = 0
  private(set) var checkpoints = 0
  private(set) var activations = 0
  private var trunks: Set<String> = []

  var total: Int { weights + checkpoints + activations }

  /// Adds a run's weights, which stay, and its checkpoints, which are there one run at a time.
  mutating func add(_ memory: RunMemory) {
    weights += memory.kept
    checkpoints = max(checkpoints, memory.checkpoints)
  }

  /// Adds a run's activations where no run before has them.
  ///
  /// - Returns: the seconds that computing them takes.
  mutating func add(_ time: RunTime) -> Double {
    guard let trunk = time.trunk, trunks.insert(trunk).inserted else { return 0 }
    activations += time.activationBytes
    return time.activations
  }
}

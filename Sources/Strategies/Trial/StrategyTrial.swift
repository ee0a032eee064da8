import Datasets
import Images
import Randomness
import Tensors

/// Measurements of a strategy on a small long tail: are promises kept, gradients right, draws
/// repeatable? What `poise strategies test` prints.
public struct StrategyTrial {
  /// One line of a trial.
  public struct Finding: Hashable, Sendable {
    /// What was measured.
    public var what: String
    /// The number that was measured, with what it may be.
    public var measured: String
    /// Whether the promise is kept.
    public var passes: Bool
  }

  /// Training images of the five classes that are tried on.
  public static let counts = [120, 60, 30, 12, 5]
  /// Passes that frequencies are counted over.
  public static let passes = 40

  /// In the order of the measurements.
  public internal(set) var findings: [Finding] = []
  let census: ClassCensus
  private let split: TrainingSplit

  /// Tries a strategy with its defaults, and with the further settings that it names.
  ///
  /// - Throws: ``InvalidParameter`` where the defaults cannot be used; broken promises are
  ///   findings.
  public init(_ type: any Strategy.Type) throws(InvalidParameter) {
    var examples: [LabeledExample] = []
    for (index, count) in Self.counts.enumerated() {
      for _ in 0..<count { examples.append(.init(example: examples.count, classIndex: index)) }
    }
    split = TrainingSplit(examples: examples, classCount: Self.counts.count)
    census = ClassCensus(of: split, names: Self.counts.indices.map { "class \($0)" })
    try measure(type.init(), "")
    for (name, strategy) in type.furtherTrials { try measure(strategy, "\(name), ") }
  }

  /// Measures one setting; what is found is named after `setting`.
  private mutating func measure(
    _ strategy: any Strategy, _ setting: String
  ) throws(InvalidParameter) {
    try strategy.validate()
    let plan = try strategy.plan(for: census)
    schedule(plan)
    if let change = plan.change { try self.change(change, again: strategy.plan(for: census)) }
    for (index, phase) in plan.phases.enumerated() {
      let place = setting + (plan.phases.count > 1 ? "phase \(index + 1), " : "")
      compensation(phase, place)
      frequencies(phase.sampler, place)
      gradient(phase.loss, place)
      if let augmentation = phase.augmentation { changes(augmentation, place) }
      if let mixing = phase.mixing { mixes(mixing, place) }
    }
  }

  mutating func add(_ what: String, _ measured: String, _ passes: Bool) {
    findings.append(Finding(what: what, measured: measured, passes: passes))
  }

  private mutating func compensation(_ phase: TrainingPlan.Phase, _ place: String) {
    let found = phase.compensation(for: census)
    let over = found.total > Compensation.limit ? ", over-compensated" : ""
    add(
      "\(place)compensation",
      "sampler \(found.sampler.twoDigits) + weights \(found.weights.twoDigits) + offsets "
        + "\(found.offsets.twoDigits) = \(found.total.twoDigits)\(over)", true)
  }

  /// Draws of many passes against the promised masses, in standard deviations of independent draws.
  private mutating func frequencies(_ sampler: any Sampler, _ place: String) {
    func order(_ pass: Int) -> [Int] {
      var generator = SeededGenerator(seed: 7, purpose: .order, epoch: pass)
      let moment = SamplingMoment(
        pass: pass, progress: Double(pass) / Double(Self.passes),
        epochShare: 1 / Double(Self.passes))
      return sampler.order(of: split, at: moment, using: &generator)
    }
    var drawn = Self.counts.map { _ in 0 }
    for pass in 0..<Self.passes {
      for index in order(pass) { drawn[split.examples[index].classIndex] += 1 }
    }
    let total = Double(drawn.reduce(0, +))
    var worst = (sigmas: 0.0, share: 0.0, promised: 0.0)
    for (count, mass) in zip(drawn, sampler.classMass(for: census)) {
      let share = Double(count) / total
      let sigma = max((mass * (1 - mass) / total).squareRoot(), 1e-12)
      if abs(share - mass) / sigma >= worst.sigmas {
        worst = (abs(share - mass) / sigma, share, mass)
      }
    }
    add(
      "\(place)class mass",
      "\(Int(total)) draws, worst class \(worst.share.digits(4)) for \(worst.promised.digits(4)): "
        + "\(worst.sigmas.digits(2)) σ of at most 5", worst.sigmas <= 5)
    add(
      "\(place)order", "the same generator gives the same, another one another",
      order(3) == order(3) && order(3) != order(4))
  }

  /// The written gradient against central differences, relative to its largest entry.
  private mutating func gradient(_ loss: any ClassificationLoss, _ place: String) {
    let shape = Shape.matrix(4, Self.counts.count)
    var generator = SeededGenerator(seed: 11, purpose: .testing)
    let logits = AlignedBuffer((0..<shape.count).map { _ in Float(generator.normal()) })
    let targets = AlignedBuffer(count: shape.count)
    for row in 0..<shape.n {
      let columns = (row % shape.c, (row + 1) % shape.c)
      targets.pointer[row * shape.c + columns.0] = row % 2 == 1 ? 1 : 0.75
      if row % 2 == 0 { targets.pointer[row * shape.c + columns.1] += 0.25 }
    }
    let written = AlignedBuffer(count: shape.count)
    func batch(_ gradient: AlignedBuffer) -> LossBatch {
      LossBatch(
        logits: logits.view(shape).readOnly, targets: targets.view(shape).readOnly,
        dLogits: gradient.view(shape))
    }
    func value(_ loss: any ClassificationLoss, _ gradient: AlignedBuffer) -> Float {
      var state = loss.initialState
      return loss.evaluate(batch(gradient), state: &state)
    }
    let (first, again) = (value(loss, written), written.array)
    let same = value(loss, written) == first && written.array == again
    let held = loss.holdingConstants(of: batch(written))
    let (scratch, step) = (AlignedBuffer(count: shape.count), Float(0x1p-6))
    var worst = 0.0
    let largest = max(Double(again.map(abs).max() ?? 0), 1e-12)
    for index in 0..<shape.count {
      let logit = logits.pointer[index]
      logits.pointer[index] = logit + step
      let above = value(held, scratch)
      logits.pointer[index] = logit - step
      let below = value(held, scratch)
      logits.pointer[index] = logit
      let slope = Double(above - below) / Double(2 * step)
      worst = max(worst, abs(slope - Double(again[index])) / largest)
    }
    add(
      "\(place)gradient", "\(worst.digits(6)) from central differences, of at most 0.002",
      worst <= 2e-3)
    add("\(place)loss", "\(Double(first).digits(4)) twice, with the same gradient", same)
  }

  private mutating func changes(_ augmentation: any Augmentation, _ place: String) {
    var image = PixelImage(height: 8, width: 6)
    for index in image.values.indices { image.values[index] = Float(index % 29) / 28 }
    var isSound = true
    let shares = [0, Self.counts.count - 1].map { label in
      let changed = (0..<400).count { item in
        var copy = image
        var generator = SeededGenerator(
          seed: 7, purpose: .strategyAugmentation, item: UInt64(item))
        augmentation.apply(to: &copy, classIndex: label, using: &generator)
        isSound = isSound && copy.values.allSatisfy { $0 >= 0 && $0 <= 1 }
        return copy != image
      }
      return Double(changed) / 400
    }
    add(
      "\(place)augmentation",
      "changes \(shares[0].digits(2)) of the draws of the largest class, \(shares[1].digits(2)) of "
        + "the smallest", isSound)
  }

  private mutating func mixes(_ mixing: any BatchMixing, _ place: String) {
    let classes = (0..<32).map { $0 % Self.counts.count }
    var (rows, share, isSound) = (0, 0.0, true)
    for step in 0..<200 {
      func draw() -> [ExampleMix?] {
        var generator = SeededGenerator(seed: 7, purpose: .mixing, epoch: step)
        return mixing.mixes(of: classes, height: 8, width: 6, using: &generator)
      }
      let drawn = draw()
      isSound = isSound && drawn == draw() && drawn.count == classes.count
      for mix in drawn.compactMap({ $0 }) {
        rows += 1
        share += mix.labelShare
        isSound =
          isSound && classes.indices.contains(mix.partner)
          && (0...1).contains(mix.labelShare)
      }
    }
    add(
      "\(place)mixing",
      "\((Double(rows) / 6400).digits(2)) of the images, which keep "
        + "\((share / Double(max(rows, 1))).digits(2)) of their label", isSound)
  }
}

extension Double {
  /// With so many digits after the point.
  func digits(_ count: Int) -> String {
    let factor = power(10, Double(count))
    let scaled = (abs(self) * factor).rounded()
    guard scaled < 1e15 else { return "\(self)" }
    let whole = Int(scaled)
    let fraction = String(whole % Int(factor))
    let zeros = String(repeating: "0", count: count - fraction.count)
    return "\(self < 0 && whole > 0 ? "−" : "")\(whole / Int(factor)).\(zeros)\(fraction)"
  }
}

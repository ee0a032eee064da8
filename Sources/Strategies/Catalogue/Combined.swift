import Datasets

/// Several strategies at once, each slot (loss, its weights, sampler, augmentation, mixing) filled
/// by one of them.
///
/// A sampler of mass ∝ n_c^(1−a) with weights ∝ n_c^(−b) gives classes an effective mass
/// ∝ n_c^(1−(a+b)): a + b = 1 balances the classes, and 2 (a class-balanced sampler with inverse
/// weights) gives a class a hundred times rarer a hundred times the mass. Where two parts make more
/// than 1.05 together that is refused, by the one rule of ``Compensation``. a and b are measured on
/// the census by least squares in the logarithms. A loss that adds t · log n to the logits
/// compensates as much again; its prior is that of the draws, so that a sampler and a logit
/// adjustment together balance the classes once.
public struct Combined: Strategy {
  /// How a sampler and weights share the compensation.
  public enum Split: String, Codable, CaseIterable, Sendable {
    /// Both as they are.
    case none
    /// Both with half their exponent: a full sampler and full weights then balance the classes.
    case auto
  }

  public static let name = "combined"
  public static let card = StrategyCard(
    family: .combination, summary: "Several strategies at once: loss, weights, sampler, mixing.",
    formula: "effective class mass ∝ m_c · w_c ∝ n_c^(1−(a+b)); refused where a + b > 1.05",
    paper: "The study's first open idea; the bound on a + b is our own",
    parameters: [
      StrategyParameter(
        "parts", default: #"["sqrt-sampling", "sqrt-inverse-weights"]"#,
        range: "a list of at least two strategies, each filling another slot",
        "Names, or mappings of a name and its parameters."),
      StrategyParameter(
        "split", default: "none", range: "none or auto",
        "auto halves the exponents of sampler and weights."),
      StrategyParameter(
        "allow_overcompensation", default: "false", range: "true or false",
        "Whether a + b > 1.05 by two parts is run all the same."),
    ])
  /// The largest a + b that is not refused.
  public static let compensationLimit = Compensation.limit

  /// The strategies, at least two, each filling another slot.
  public var parts: [StrategyConfiguration]
  /// How sampler and weights share the compensation; `auto` halves the exponents of both.
  public var split = Split.none
  /// Whether a + b > 1.05 by two parts is run all the same.
  public var allowOvercompensation = false

  private enum CodingKeys: String, CodingKey {
    case parts, split
    case allowOvercompensation = "allow_overcompensation"
  }

  /// Square-root sampling and square-root weights: balanced, half by each.
  public init() {
    parts = [StrategyConfiguration(SqrtSampling()), StrategyConfiguration(SqrtInverseWeights())]
  }

  /// Each part is valid, and fills a slot that no other fills.
  public func validate() throws(InvalidParameter) {
    for (index, part) in parts.enumerated() {
      do { try part.strategy.validate() } catch { throw error.inside(part: index) }
    }
    _ = try slots()
  }

  /// One phase with the parts' slots; more where the loss changes during the run.
  public func plan(for census: ClassCensus) throws(InvalidParameter) -> TrainingPlan {
    let slots = try slots()
    var plan = TrainingPlan()
    var phase = TrainingPlan.Phase()
    if let (index, sampling) = slots.sampling {
      do { phase.sampler = try sampling.sampler(for: census) } catch {
        throw error.inside(part: index)
      }
      if split == .auto { phase.sampler = try tempered(phase.sampler, sampling, census) }
    }
    let losses = try losses(slots, phase.sampler, census)
    plan.head = slots.design?.strategy.head(for: census)
    if slots.weighting != nil || slots.design != nil { plan.notes += census.emptyClassNotes }
    if let (index, policy) = slots.augmentation {
      do { phase.augmentation = try policy.augmentation(for: census) } catch {
        throw error.inside(part: index)
      }
      plan.notes += policy.augmentationNotes(for: census)
    }
    if let (index, policy) = slots.mixing {
      do { phase.mixing = try policy.mixing(for: census) } catch {
        throw error.inside(part: index)
      }
      plan.notes += policy.mixingNotes(for: census)
    }
    plan.phases = losses.map {
      var stretch = phase
      (stretch.share, stretch.loss) = ($0.share, $0.loss)
      return stretch
    }
    let worst = plan.phases.max {
      $0.compensation(for: census).total < $1.compensation(for: census).total
    }
    if let worst, let note = try compensationNote(worst, slots, census) { plan.notes.append(note) }
    return plan
  }

  /// The loss of the parts; its prior is that of the sampler's draws.
  private func losses(
    _ slots: Slots, _ sampler: any Sampler, _ census: ClassCensus
  ) throws(InvalidParameter) -> [LossStretch] {
    let mass = sampler.classMass(for: census)
    let exponent = split == .auto ? 0.5 : 1
    let weighting = slots.weighting?.strategy ?? slots.design?.strategy.classWeights?.weighting
    guard let (index, design) = slots.design else {
      let loss = weighting?.loss(for: census, exponent: exponent, sampledMass: mass)
      return [LossStretch(share: 1, loss: loss ?? CrossEntropy())]
    }
    let setting = LossSetting(
      census: census, sampledMass: mass,
      classWeights: weighting?.weights(for: census, exponent: exponent, sampledMass: mass),
      reduction: weighting?.reduction ?? .meanOverExamples)
    do { return try design.losses(for: setting) } catch { throw error.inside(part: index) }
  }

  private func tempered(
    _ sampler: any Sampler, _ sampling: any Sampling, _ census: ClassCensus
  ) throws(InvalidParameter) -> any Sampler {
    if let sampler = sampler as? any TemperableSampler {
      return sampler.tempered(by: 0.5, for: census)
    }
    throw InvalidParameter(
      "split", received: "auto",
      expected: "none, since the sampler of \(type(of: sampling).name) cannot be halved")
  }

  /// What a reader should know of a + b (+ t); throws where it is too large.
  private func compensationNote(
    _ phase: TrainingPlan.Phase, _ slots: Slots, _ census: ClassCensus
  ) throws(InvalidParameter) -> String? {
    let found = phase.compensation(for: census)
    var each: [String] = []
    if let sampling = slots.sampling?.strategy {
      each.append("\(type(of: sampling).name) (a = \(found.sampler.twoDigits))")
    }
    if let weighting = slots.weighting?.strategy {
      each.append("\(type(of: weighting).name) (b = \(found.weights.twoDigits))")
    }
    if let design = slots.design?.strategy {
      var terms: [String] = []
      if design.classWeights != nil { terms.append("b = \(found.weights.twoDigits)") }
      if phase.loss.logitOffsets != nil { terms.append("t = \(found.offsets.twoDigits)") }
      if !terms.isEmpty {
        each.append("\(type(of: design).name) (\(terms.joined(separator: ", ")))")
      }
    }
    let isSplit = slots.sampling != nil && (slots.weighting != nil || found.weights > 0)
    guard each.count > 1 || found.isOver else { return nil }
    let parts = each.joined(separator: " with ")
    if found.isRepeated, !allowOvercompensation {
      throw InvalidParameter(
        "parts", received: parts, expected: found.expectation(canSplit: isSplit))
    }
    // Names t only where there is one.
    let sum = phase.loss.logitOffsets == nil ? "a + b" : "a + b + t"
    let halved = split == .auto ? ", halved by split: auto" : ""
    var over = found.isRepeated ? ", over-compensated as allowed" : ""
    if found.isOver, !found.isRepeated {
      over = ", over-compensated: above 1 rare classes count more than frequent ones"
    }
    return "\(parts): \(sum) = \(found.total.twoDigits)\(halved)\(over)"
  }
}

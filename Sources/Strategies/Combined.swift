import Datasets

/// Several strategies at once, each slot (loss, sampler, augmentation) filled by one of them.
///
/// A sampler of mass ∝ n_c^(1−a) with weights ∝ n_c^(−b) gives classes an effective mass
/// ∝ n_c^(1−(a+b)): a + b = 1 balances the classes, and 2 (a class-balanced sampler with inverse
/// weights) gives a class a hundred times rarer a hundred times the mass. That is refused above
/// 1.05. a and b are measured on the census by least squares in the logarithms.
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
    family: .combination, summary: "Several strategies at once: sampler, weights, augmentation.",
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
        "Whether a + b > 1.05 is run all the same."),
    ])
  /// The largest a + b that is not refused.
  public static let compensationLimit = 1.05

  public var parts: [StrategyConfiguration]
  public var split = Split.none
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

  /// One phase with the parts' slots.
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
    if let (_, weighting) = slots.weighting {
      phase.loss = weighting.loss(
        for: census, exponent: split == .auto ? 0.5 : 1,
        sampledMass: phase.sampler.classMass(for: census))
      plan.notes += weighting.weightingNotes(for: census)
    }
    if let (index, policy) = slots.augmentation {
      do { phase.augmentation = try policy.augmentation(for: census) } catch {
        throw error.inside(part: index)
      }
      plan.notes += policy.augmentationNotes(for: census)
    }
    if let note = try compensationNote(phase.classMass(for: census), slots, census) {
      plan.notes.append(note)
    }
    plan.phases = [phase]
    return plan
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

  /// What a reader should know of a + b; throws where it is too large.
  private func compensationNote(
    _ mass: ClassMass, _ slots: Slots, _ census: ClassCensus
  ) throws(InvalidParameter) -> String? {
    guard let sampling = slots.sampling?.strategy, let weighting = slots.weighting?.strategy else {
      return nil
    }
    let a = mass.samplerCompensation(for: census)
    let b = mass.weightCompensation(for: census)
    let each =
      "\(type(of: sampling).name) (a = \(a.twoDigits)) with "
      + "\(type(of: weighting).name) (b = \(b.twoDigits))"
    if a + b > Self.compensationLimit, !allowOvercompensation {
      throw InvalidParameter(
        "parts", received: each,
        expected: """
          of a + b at most \(Self.compensationLimit): with draws ∝ n^(1−a) and weights ∝ n^(−b) \
          the rarest class counts \(ratio(mass, census).twoDigits) times as much as the most \
          frequent one; halve both with split: auto, or set allow_overcompensation: true
          """)
    }
    let halved = split == .auto ? ", halved by split: auto" : ""
    let over = a + b > Self.compensationLimit ? ", over-compensated as allowed" : ""
    return "\(each): a + b = \((a + b).twoDigits)\(halved)\(over)"
  }

  /// Effective mass of the rarest class over that of the most frequent one.
  private func ratio(_ mass: ClassMass, _ census: ClassCensus) -> Double {
    let present = census.counts.indices.filter { census.counts[$0] > 0 }
    guard let rare = present.min(by: { census.counts[$0] < census.counts[$1] }),
      let frequent = present.max(by: { census.counts[$0] < census.counts[$1] })
    else { return 1 }
    return mass.effective[rare] / mass.effective[frequent]
  }
}

// Plans that are not the same are told apart by a few numbers first.
extension PlanProbe {
  /// A plan with numbers that equal plans share, up to rounding.
  public struct Probed: Sendable {
    /// The plan.
    public let plan: TrainingPlan
    /// Of each phase its share, its loss on one batch, and a sum over its class masses.
    let signature: [Double]
    /// What equal plans share to the letter; `nil` for a plan that is never called equal.
    let form: String?
  }

  /// How far numbers of equal plans may lie apart, as a part of the larger one, or of 1.
  static let signatureTolerance = 1e-5

  /// A plan, ready to be compared with many others.
  public func probed(_ plan: TrainingPlan) -> Probed {
    let signature = plan.phases.flatMap { phase -> [Double] in
      let masses = phase.sampler.classMass(for: census)
      let sum = masses.enumerated().reduce(0) { $0 + $1.element * sine(Double($1.offset + 1)) }
      return [phase.share, firstValue(of: phase.loss), sum]
    }
    return Probed(plan: plan, signature: signature, form: form(of: plan))
  }

  /// Whether both plans train the same; quickly where their numbers differ.
  public func areEqual(_ a: Probed, _ b: Probed) -> Bool {
    a.signature.count == b.signature.count
      && zip(a.signature, b.signature).allSatisfy { first, second in
        first == second || first.isNaN && second.isNaN
          || abs(first - second) <= Self.signatureTolerance * max(abs(first), abs(second), 1)
      }
      && areEqual(a.plan, b.plan)
  }

  /// A text that plans share where ``areEqual(_:_:)-(TrainingPlan,_)`` calls them equal.
  private func form(of plan: TrainingPlan) -> String? {
    var parts = ["\(String(describing: plan.head))"]
    for phase in plan.phases {
      let digests = [
        digest(phase.augmentation, unless: phase.augmentation?.changesNothing ?? true),
        digest(phase.mixing, unless: phase.mixing?.changesNothing ?? true),
        // What these do is measured, and may be the same whatever is stored.
        digest(phase.sampler, unless: isFixed(phase.sampler)),
        digest(phase.loss, unless: phase.loss.isFunctionOfLogits),
      ].compactMap(\.self)
      guard digests.count == 4 else { return nil }
      parts.append(
        "\(phase.trains) \(phase.startsHeadAnew) \(String(describing: phase.restartedPeak))")
      parts += digests
    }
    if let change = plan.change.flatMap(decisive) {
      parts.append("\(change.candidates) \(change.readsClassMeans)")
    }
    return parts.joined(separator: "|")
  }

  /// Of all that is stored; `nil` where something cannot be compared.
  private func digest(_ value: Any?, unless isMeasured: Bool) -> String? {
    guard !isMeasured, let value else { return "" }
    return StructuralDigest.of(value)
  }
}

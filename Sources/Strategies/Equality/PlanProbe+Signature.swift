// Plans that are not the same are told apart by a few numbers first.
extension PlanProbe {
  /// A plan with numbers that equal plans share, up to rounding.
  public struct Probed: Sendable {
    /// The plan.
    public let plan: TrainingPlan
    /// Of each phase its share, its loss on one batch, and a sum over its class masses.
    let signature: [Double]
  }

  /// A plan, ready to be compared with many others.
  public func probed(_ plan: TrainingPlan) -> Probed {
    let signature = plan.phases.flatMap { phase -> [Double] in
      let masses = phase.sampler.classMass(for: census)
      let sum = masses.enumerated().reduce(0) { $0 + $1.element * sine(Double($1.offset + 1)) }
      return [phase.share, firstValue(of: phase.loss), sum]
    }
    return Probed(plan: plan, signature: signature)
  }

  /// Whether both plans train the same; quickly where their numbers differ.
  public func areEqual(_ a: Probed, _ b: Probed) -> Bool {
    a.signature.count == b.signature.count
      && zip(a.signature, b.signature).allSatisfy { first, second in
        first == second || first.isNaN && second.isNaN
          || abs(first - second) <= 1e-5 * max(abs(first), abs(second), 1)
      }
      && areEqual(a.plan, b.plan)
  }
}

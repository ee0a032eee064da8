import Datasets
import Randomness
import Strategies
import TestSupport
import Testing

/// What the index leaves out is never equal.
@Suite("Places of equal plans") struct PlanIndexTests {
  private let census = ClassCensus(counts: [400, 120, 40, 9, 2])

  /// Every strategy as it is, and settings that make some of them the same.
  private func strategies() throws -> [any Strategy] {
    var all = StrategyCatalog.all.map { $0.init() as any Strategy }
    for gamma in [0, 1e-9, 0.5, 0.5 + 1e-9, 2] {
      var focal = FocalLoss()
      focal.gamma = gamma
      all.append(focal)
    }
    for tau in [0, 0.25, 1] {
      var (soft, hard, norm) = (LogitAdjustment(), PosthocLogitAdjustment(), TauNormalization())
      (soft.tau, hard.tau, norm.tau) = (tau, tau, tau)
      all += [soft, hard, norm] as [any Strategy]
    }
    for reduction in LossReduction.allCases {
      var (inverse, ratio, balanced) = (InverseWeights(), MaxRatioWeights(), BalancedWeights())
      (inverse.reduction, ratio.reduction, balanced.reduction) = (reduction, reduction, reduction)
      all += [inverse, ratio, balanced] as [any Strategy]
    }
    return all + all.prefix(20)
  }

  @Test("are among those that the index gives, for every strategy", arguments: [true, false])
  func complete(hasValidation: Bool) throws {
    let probe = PlanProbe(
      census: census, split: census.split, batch: 16, hasValidation: hasValidation)
    let plans = try strategies().map {
      probe.probed(try $0.allowingOvercompensation.plan(for: census))
    }
    var index = PlanIndex()
    for (place, plan) in plans.enumerated() { index.insert(plan, at: place, setting: 0) }
    var (equal, given) = (0, 0)
    for (place, plan) in plans.enumerated() {
      let near = index.places(near: plan, setting: 0)
      #expect(near == near.sorted() && index.places(near: plan, setting: 1).isEmpty)
      for other in plans.indices where probe.areEqual(plan, plans[other]) {
        #expect(near.contains(other), "\(plan.plan) and \(plans[other].plan)")
        if other != place { equal += 1 }
      }
      given += near.count
    }
    // Equal ones were met, and most of the others left out.
    #expect(equal >= 40 && given < plans.count * plans.count / 4)
  }
}

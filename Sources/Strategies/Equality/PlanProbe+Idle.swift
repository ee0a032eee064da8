// Plans that change nothing of what they promise to change.
extension PlanProbe {
  /// Why a plan does not treat the imbalance at all, in one sentence; `nil` where it does, or where
  /// a probe cannot tell.
  public func idleness(of plan: TrainingPlan) -> String? {
    // One class has no imbalance.
    guard census.counts.count(where: { $0 > 0 }) > 1 else { return nil }
    if let sampler = plan.phases.map(\.sampler).first(where: followsRecallOnly), !hasValidation {
      return drawsBySize(sampler)
        ? "it waits for recalls on validation, and there is no validation image: classes are drawn "
          + "by their size for ever"
        : "it waits for recalls on validation, and there is no validation image: it draws as at its "
          + "start for ever"
    }
    let baseline = TrainingPlan()
    guard plan.change == nil, plan.head == nil,
      plan.phases.allSatisfy({ phase in
        var plain = phase
        plain.share = 1
        plain.sampler = baseline.phases[0].sampler
        return phase.trains == .all && !phase.startsHeadAnew && drawsBySize(phase.sampler)
          && areEqual(TrainingPlan(phases: [plain]), baseline)
      }), !areEqual(plan, baseline)
    else { return nil }
    return "classes are drawn and weighed by their size, as without it; only the order differs"
  }
}

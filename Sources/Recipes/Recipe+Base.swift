import Strategies

extension Recipe {
  /// Whether the run trains. A post-hoc method changes what another run has trained.
  public var trains: Bool { !(strategy.strategy is any PostHoc) }

  /// The recipe whose finished run this one starts from; `nil` for a run of its own. A post-hoc method
  /// starts from a run of the same stage, any other strategy from its own run of the stage before.
  ///
  /// Label and variant are not those of a file's run, and enter no fingerprint.
  public var base: Recipe? {
    guard let strategy = strategy.strategy as? any PostHoc else { return previousStage }
    var base = self
    base.strategy = strategy.of
    return base
  }
}

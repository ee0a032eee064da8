/// A strategy that changes a finished run instead of training: it reuses the run of another
/// strategy of the same recipe and seed.
public protocol PostHoc: Strategy {
  /// The strategy whose run is reused.
  var of: StrategyConfiguration { get }
}

/// Where a share lies of which a sample is known: 95 %, also near 0 and 1 and for small samples.
///
/// Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927, without
/// correction for continuity.
public enum WilsonInterval {
  /// The interval of hits / trials.
  ///
  /// - Precondition: `hits` is in 0 ... `trials`, and `trials` is at least 1.
  public static func of(hits: Int, trials: Int) -> ClosedRange<Double> {
    precondition(trials > 0 && (0...trials).contains(hits))
    // The 97.5 % point of the normal distribution.
    let z = 1.959_963_984_540_054
    let (n, p) = (Double(trials), Double(hits) / Double(trials))
    let centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    let half = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot() / (1 + z * z / n)
    return max(0, centre - half)...min(1, centre + half)
  }
}

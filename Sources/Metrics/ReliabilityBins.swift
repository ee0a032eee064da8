/// How often guesses are right, by their confidence: what a reliability diagram shows.
///
/// The bins are those of the expected calibration error (Guo et al., "On Calibration of Modern Neural
/// Networks", ICML 2017): bin m of M, from 1, holds confidences in ((m−1)/M, m/M].
public struct ReliabilityBins: Hashable, Sendable {
  /// The guesses whose confidence lies in one interval.
  public struct Bin: Hashable, Sendable {
    /// How many there are.
    public var images = 0
    /// How many of them are right.
    public var right = 0
    /// Sum of their confidences.
    public var confidence = 0.0

    /// An empty bin.
    public init() {}
  }

  /// M, the number of bins.
  public static let count = CalibrationBins.count

  /// All bins, that of the lowest confidences first; always ``count`` of them.
  public private(set) var bins = Array(repeating: Bin(), count: Self.count)

  /// No guess yet.
  public init() {}

  /// Adds guesses of one bin.
  ///
  /// - Parameters:
  ///   - place: of the bin, from 0; below ``count``.
  ///   - right: how many of the images were guessed right.
  ///   - confidence: the sum of the guesses' confidences.
  public mutating func add(images: Int, right: Int, confidence: Double, toBin place: Int) {
    bins[place].images += images
    bins[place].right += right
    bins[place].confidence += confidence
  }

  /// Adds the guesses of another tally.
  public mutating func add(_ other: ReliabilityBins) {
    for (place, bin) in other.bins.enumerated() {
      add(images: bin.images, right: bin.right, confidence: bin.confidence, toBin: place)
    }
  }

  /// Guesses of all bins.
  public var images: Int { bins.reduce(0) { $0 + $1.images } }

  /// Expected calibration error: Σ_m n_m/N · |accuracy_m − confidence_m|; `nil` without a guess.
  public var error: Double? {
    guard images > 0 else { return nil }
    return bins.reduce(0) { $0 + abs(Double($1.right) - $1.confidence) } / Double(images)
  }
}

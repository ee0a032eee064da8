import Experiments
import Recipes
import Training

/// What a plan's runs will take: hours from measured steps, memory and room on the disk from plans; and
/// what of it cannot work.
public struct SweepForecast: Sendable {
  /// Strategies whose runs take equally much.
  public struct Row: Sendable {
    /// Labels in the file's order, each once.
    public var strategies: [String]
    /// Runs of these strategies, over all seeds and variants.
    public var runs: Int
    /// Height, width and batch.
    public var size: String
    /// Of a step of the first phase; `nil` where nothing was measured, or a run has no steps.
    public var secondsPerStep: Double?
    /// Of all runs together; `nil` where nothing was measured.
    public var seconds: Double?
    /// Bytes of one run, without the pixels that all share.
    public var memory: Int
    /// What was measured instead, in words; `nil` where it was the network itself.
    public var scaledFrom: String?
  }

  /// What one run needs.
  public struct Need: Sendable {
    /// `nil` where nothing was measured.
    public var seconds: Double?
    /// Bytes, without the pixels that all share.
    public var memory: Int
  }

  /// In the order in which they are met.
  public internal(set) var rows: [Row] = []
  /// By configuration hash.
  public internal(set) var needs: [String: Need] = [:]
  /// Seconds of decoding all pictures once; 0 where they are there.
  public internal(set) var decoding = 0.0
  /// Bytes of decoded pixels.
  public internal(set) var pixels = 0
  /// Bytes that all of it will take on the disk.
  public internal(set) var disk = 0
  /// Errors, which no sweep survives, then warnings and notes.
  public internal(set) var problems: [Problem] = []

  /// Of everything; `nil` where something was not measured, or nothing is left to do.
  public var seconds: Double? {
    let known = rows.compactMap(\.seconds)
    return known.isEmpty || known.count < rows.count ? nil : known.reduce(decoding, +)
  }

  /// Those of ``problems`` that keep a sweep from starting.
  public var errors: [Problem] { problems.filter { $0.severity == .error } }
}

/// What a forecast knows of the data besides the plan.
public struct ForecastBasis: Sendable {
  /// Of each of `Experiment.datasets`.
  public var stages: [PreparedData]
  /// Seconds that decoding what is not decoded yet will take.
  public var decoding: Double
  /// Bytes of pixels that have yet to be written.
  public var newPixels: Int
  /// Seconds from the start of a worker to prepared data.
  public var startup: Double

  /// A basis of data that is all there.
  public init(_ stages: [PreparedData], startup: Double) {
    (self.stages, self.startup) = (stages, startup)
    (decoding, newPixels) = (0, 0)
  }

  /// A basis of samples.
  public init(_ samples: [SampledData]) {
    stages = samples.map(\.data)
    startup =
      samples.map {
        $0.secondsToList + $0.secondsPerCheck * Double($0.data.catalogue.examples.count)
      }.max() ?? 0
    // Stages share one file of pixels.
    let first = samples.first
    decoding = first.map { $0.secondsPerPicture * Double($0.data.catalogue.examples.count) } ?? 0
    newPixels =
      first.map { $0.sampled == nil ? 0 : $0.data.pixelBytes * $0.data.catalogue.examples.count }
      ?? 0
  }
}

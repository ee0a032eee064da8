import Datasets
import Networks
import Recipes
import Strategies

/// What of a frozen trunk's activations one run keeps on the disk, and why not the rest: decided
/// from sizes alone, before anything is computed.
public struct ActivationPlan: Hashable, Sendable {
  /// What happens to the activations of some images.
  public enum Decision: Hashable, Sendable {
    /// Computed once for all runs: so many records, so many bytes.
    case kept(records: Int, bytes: Int)
    /// Computed whenever they are needed.
    case computed(because: String)
  }

  /// What is frozen.
  public let part: FrozenPart
  /// Of one image, in one view.
  public let bytesPerImage: Int
  /// The training split's images, in all their views.
  public let training: Decision
  /// Validation and test.
  public let evaluation: Decision

  /// The decision for a run with a part frozen; nil where nothing is.
  ///
  /// Validation and test come first: they need the least room and are used by every run.
  ///
  /// - Parameters:
  ///   - part: what is frozen.
  ///   - plan: the strategy's, whose augmentation may change the images.
  public init?(
    part: FrozenPart?, recipe: Recipe, splits: DatasetSplits, plan: TrainingPlan
  ) {
    guard let part else { return nil }
    self.part = part
    let shape = recipe.model.activationShape(
      at: part, height: recipe.image.height, width: recipe.image.width)
    bytesPerImage = shape.count * MemoryLayout<Float>.stride
    let limit = recipe.model.cacheLimit ?? ModelConfiguration.usualCacheLimit
    var room = limit * 1e9
    func decide(_ records: Int, _ what: String, _ bytesPerImage: Int) -> Decision {
      let bytes = ActivationFile.size(
        count: records, numbers: bytesPerImage / MemoryLayout<Float>.stride)
      if records == 0 { return .computed(because: "there are no \(what)") }
      guard Double(bytes) <= room else {
        return .computed(
          because: "those of \(records) \(what) take \(Self.text(bytes: bytes)), and "
            + "model.cache_limit leaves \(Self.text(bytes: Int(max(room, 0))))")
      }
      room -= Double(bytes)
      return .kept(records: records, bytes: bytes)
    }
    evaluation = decide(
      splits.validation.examples.count + splits.test.examples.count,
      "images of validation and test",
      bytesPerImage)
    if let reason = Self.obstacle(recipe, plan) {
      training = .computed(because: reason)
    } else {
      let views = recipe.augmentation.isEmpty ? 1 : recipe.model.cachedViews ?? 1
      training = decide(
        splits.training.examples.count * views,
        views == 1 ? "training images" : "views of training images", bytesPerImage)
    }
  }

  /// Why training images are never the same twice.
  private static func obstacle(_ recipe: Recipe, _ plan: TrainingPlan) -> String? {
    if plan.phases.allSatisfy({ $0.augmentation != nil }) {
      return "the strategy changes the images anew every time"
    }
    guard !recipe.augmentation.isEmpty, recipe.model.cachedViews == nil else { return nil }
    return "augmentation changes the images anew every time; "
      + "model.cached_views would keep a number of views of each"
  }

  /// Bytes on the disk.
  public var bytes: Int {
    [training, evaluation].reduce(0) { sum, decision in
      if case .kept(_, let bytes) = decision { sum + bytes } else { sum }
    }
  }

  /// One sentence for people.
  public var text: String {
    func clause(_ decision: Decision) -> String {
      switch decision {
      case .kept(let records, let bytes):
        "computed once for \(records) records, \(Self.text(bytes: bytes))"
      case .computed(let reason): "not kept, because \(reason)"
      }
    }
    return "frozen up to \(part.rawValue), \(Self.text(bytes: bytesPerImage)) an image; "
      + "training: \(clause(training)); validation and test: \(clause(evaluation))"
  }

  /// Such as `1.2 GB`, in powers of ten.
  public static func text(bytes: Int) -> String {
    for (unit, size) in [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)] where Double(bytes) >= size {
      let tenths = Int((Double(bytes) / size * 10).rounded())
      return tenths % 10 == 0 || tenths >= 1000
        ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
    }
    return "\(bytes) bytes"
  }
}

/// How much of a class there was to learn from.
///
/// The thresholds are those of Liu et al., "Large-Scale Long-Tailed Recognition in an Open World",
/// CVPR 2019: more than 100 training images are many, fewer than 20 are few.
public enum ShotGroup: String, Codable, CaseIterable, Sendable {
  case many, medium, few
  /// No training image at all: such a class cannot be learned and is never scored as a zero.
  case unseen

  /// The group of a class with this many training images.
  public init(trainingCount: Int) {
    switch trainingCount {
    case 0: self = .unseen
    case ..<20: self = .few
    case ...100: self = .medium
    default: self = .many
    }
  }
}

/// A long tail made from the training split: class i of C (by falling count) keeps a share.
///
/// `exponential`: n_i = n_max · factor^(−i/(C−1)); `step`: the second half of the classes keeps
/// n_max / factor. Cui et al., CVPR 2019; Buda et al. 2018. No class keeps more than it has.
public struct LongTail: Hashable, Sendable {
  /// The tail's form.
  public enum Profile: String, Codable, Sendable { case exponential, step }

  /// What becomes of the validation split.
  public enum Validation: String, Codable, CaseIterable, Sendable {
    /// Each class keeps the same share of its validation images as of its training images, rounded
    /// half to even, and at least one where it had any.
    case follow
    /// Nothing: classes of the tail may have more validation than training images.
    case keep
  }

  /// The tail's form.
  public var profile: Profile
  /// Imbalance factor n_max / n_min, at least 1.
  public var factor: Double
  /// Images of the largest class; its whole count where absent.
  public var largest: Int?
  /// Whether the images that choose epochs and thresholds are long-tailed as well.
  public var validation: Validation

  /// A tail with all its parts.
  public init(
    profile: Profile, factor: Double, largest: Int? = nil, validation: Validation = .follow
  ) {
    (self.profile, self.factor, self.largest) = (profile, factor, largest)
    self.validation = validation
  }
}

extension LongTail: Codable {
  private enum CodingKeys: String, CodingKey { case profile, factor, largest, validation }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    profile = try values.decode(Profile.self, forKey: .profile)
    factor = try values.decode(Double.self, forKey: .factor)
    largest = try values.decodeIfPresent(Int.self, forKey: .largest)
    validation = try values.decodeIfPresent(Validation.self, forKey: .validation) ?? .follow
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(profile, forKey: .profile)
    try values.encode(factor, forKey: .factor)
    try values.encodeIfPresent(largest, forKey: .largest)
    // What is usual stays unsaid: runs without validation keep the fingerprints that they had before
    // there was the key.
    if validation != .follow { try values.encode(validation, forKey: .validation) }
  }
}

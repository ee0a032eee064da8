/// Something that a user should know of a picture that was decoded all the same.
public struct PixelRemark: Codable, Hashable, Sendable {
  /// The kinds of remarks, in the order in which they are told.
  public enum Kind: String, Codable, CaseIterable, Sendable {
    /// The decoder gave a warning, but made no pixel up.
    case warning
    /// The EXIF data note an orientation, which was ignored.
    case orientationIgnored
    /// The EXIF data note an orientation, which was applied.
    case orientationApplied
    /// Transparent pixels were laid on white.
    case transparency
    /// The file asks for a gamma that would change its values; it was not applied.
    case gamma
    /// There are more frames or pages; the first was taken.
    case frames
  }
  /// The kind of remark.
  public var kind: Kind
  /// The decoder's words or the value found; empty where the kind says it all.
  public var detail: String

  /// A remark with its detail.
  public init(_ kind: Kind, _ detail: String = "") { (self.kind, self.detail) = (kind, detail) }

  /// What a number of pictures have in common, as a sentence that begins with their count.
  ///
  /// - Parameter remarks: of one data set, each with the name of its picture.
  /// - Returns: one sentence for each kind that occurs, with the first three pictures' names.
  public static func sentences(
    of remarks: some Sequence<(name: String, remark: PixelRemark)>
  ) -> [String] {
    let groups = Dictionary(grouping: remarks) { $0.remark.kind }
    return Kind.allCases.compactMap { kind in
      groups[kind].map { kind.sentence(of: $0) }
    }
  }
}

extension PixelRemark.Kind {
  fileprivate func sentence(of group: [(name: String, remark: PixelRemark)]) -> String {
    let isOne = group.count == 1
    func choose(_ one: String, _ more: String) -> String { isOne ? one : more }
    let pictures = choose("1 picture", "\(group.count) pictures")
    let names = group.prefix(3).map { item in
      self == .warning ? "'\(item.name)' (\(item.remark.detail))" : "'\(item.name)'"
    }
    let list =
      names.joined(separator: ", ") + (group.count > 3 ? " and \(group.count - 3) more" : "")
    let words =
      switch self {
      case .warning:
        "decoded with \(choose("a warning", "warnings")), no pixel made up"
      case .orientationIgnored:
        "\(choose("carries", "carry")) an EXIF orientation, which is ignored (image: {orientation:"
          + " apply} turns \(choose("it", "them")) upright)"
      case .orientationApplied:
        "\(choose("carries", "carry")) an EXIF orientation, which is applied"
      case .transparency:
        "\(choose("has", "have")) transparent pixels, which are laid on white"
      case .gamma:
        "\(choose("asks", "ask")) for a gamma other than sRGB's, which is not applied"
      case .frames:
        "\(choose("has", "have")) more than one frame or page; the first is used"
      }
    return "\(pictures) \(words): \(list)"
  }
}

/// A picture and what there is to say of it.
public struct DecodedPicture: Hashable, Sendable {
  /// The pixels.
  public var image: RGBImage
  /// In the order in which they were found.
  public var remarks: [PixelRemark]

  init(_ image: RGBImage, _ remarks: [PixelRemark] = []) {
    (self.image, self.remarks) = (image, remarks)
  }
}

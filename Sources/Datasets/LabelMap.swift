/// Names of the classes by index, the same for every phase of a run and for all its splits.
///
/// Classes that are learned come first, by falling count of training images after everything,
/// ties by name; so every table reads from head to tail. Classes that only test knows follow.
public struct LabelMap: Codable, Hashable, Sendable {
  /// Classes with training images, by index.
  public let names: [String]
  /// Classes with test images but none to learn from; the first has the index ``classCount``.
  /// They are reported apart, never skipped and never scored as zeros.
  public let unseen: [String]

  /// A map with its classes in order.
  public init(names: [String], unseen: [String] = []) {
    (self.names, self.unseen) = (names, unseen)
  }

  /// Classes that are learned: what a classifier has outputs for.
  public var classCount: Int { names.count }
  /// All names: those learned, then those unseen.
  public var allNames: [String] { names + unseen }

  /// The name of a class, learned or unseen.
  ///
  /// - Precondition: there is such a class.
  public func name(of index: Int) -> String {
    index < names.count ? names[index] : unseen[index - names.count]
  }

  /// The index of a class, learned or unseen.
  public func index(of name: String) -> Int? {
    names.firstIndex(of: name) ?? unseen.firstIndex(of: name).map { $0 + names.count }
  }
}

/// Where the keys of an experiment file stand, after all that changes them.
public struct SourceMarks: Sendable {
  private let places: [String: Place]
  private let whole: Place

  /// The marks of a file's root.
  init(_ root: FileNode) {
    whole = root.place
    var places: [String: Place] = [:]
    func visit(_ node: FileNode, _ path: String) {
      for entry in node.entries ?? [] {
        let key = path.isEmpty ? entry.key : "\(path).\(entry.key)"
        places[key] = entry.place
        visit(entry.value, key)
      }
    }
    visit(root, "")
    self.places = places
  }

  /// Marks that know nothing but the file.
  init(ofFile file: String) { (places, whole) = ([:], Place(file: file)) }

  /// Where a dotted key such as `split.validation` stands; where it does not, where the nearest
  /// mapping around it does, or the file begins.
  public func place(of key: String) -> Place {
    var path = key[...]
    while !path.isEmpty {
      if let place = places[String(path)] { return place }
      path = path.lastIndex(of: ".").map { path[..<$0] } ?? ""
    }
    return whole
  }
}

/// A run of a store that is not there, or has no weights any more.
public struct MissingRun: Error, CustomStringConvertible, Sendable {
  /// What was looked for, and where.
  public let description: String

  /// An error with its whole sentence.
  public init(_ description: String) { self.description = description }
}

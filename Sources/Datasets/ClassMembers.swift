/// The examples of one class by part, as indices into the catalogue, rising.
struct ClassMembers {
  var name: String
  var train: [Int] = []
  var validation: [Int] = []
  var test: [Int] = []

  var total: Int { train.count + validation.count + test.count }

  /// By falling training count, ties by name.
  static func isLarger(_ first: ClassMembers, _ second: ClassMembers) -> Bool {
    first.train.count != second.train.count
      ? first.train.count > second.train.count : Wording.precedes(first.name, second.name)
  }

  /// Groups examples by class, in the order of the names; `nil` marks an example not used.
  static func group(_ examples: [Example], by parts: [SplitName?]) -> [ClassMembers] {
    var places: [String: Int] = [:]
    var classes: [ClassMembers] = []
    for (index, example) in examples.enumerated() {
      guard let part = parts[index] else { continue }
      let place = places[example.label] ?? classes.count
      if place == classes.count {
        places[example.label] = place
        classes.append(ClassMembers(name: example.label))
      }
      switch part {
      case .train: classes[place].train.append(index)
      case .validation: classes[place].validation.append(index)
      case .test: classes[place].test.append(index)
      }
    }
    return classes.sorted { Wording.precedes($0.name, $1.name) }
  }
}

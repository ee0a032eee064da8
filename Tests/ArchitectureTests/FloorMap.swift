import Foundation

/// The map of rooms and floors that a document draws.
///
/// Its lines are a floor's number (or `doors`), rooms between `·`, and, after at least two spaces, what
/// they are for. A line without a number goes on with the floor above it.
struct FloorMap {
  struct Place: Hashable {
    var room: String
    /// `nil` for the doors.
    var floor: Int?
  }

  var places: [Place] = []

  /// Reads the block between fences that begins with `doors`; empty where there is none.
  init(in document: String) {
    let blocks = document.components(separatedBy: "```")
    guard let block = blocks.first(where: { $0.hasPrefix("\ndoors") }) else { return }
    var floor: Int?
    for line in block.split(separator: "\n") {
      var rest = line[...]
      let label = line.prefix { $0 != " " }
      let first = line.split(separator: " ").first ?? ""
      if label == "doors" {
        rest = line.dropFirst(label.count)
      } else if let number = Int(first) {
        floor = number
        rest = line[line.range(of: first)!.upperBound...]
      }
      let names = rest.drop { $0 == " " }
      let end = names.range(of: "  ")?.lowerBound ?? names.endIndex
      for name in names[..<end].split(separator: "·") {
        places.append(Place(room: name.trimmingCharacters(in: .whitespaces), floor: floor))
      }
    }
  }

  /// What differs from `floors.txt`, one sentence each; the doors are on its highest floor.
  func differences(from floors: [String: Int]) -> [String] {
    var found: [String] = []
    let top = floors.values.max()
    var drawn: Set<String> = []
    for place in places {
      if !drawn.insert(place.room).inserted { found.append("\(place.room) is drawn twice") }
      guard let floor = floors[place.room] else {
        found.append("\(place.room) is drawn, and has no floor")
        continue
      }
      if (place.floor ?? top) != floor {
        found.append(
          "\(place.room) is drawn on \(place.floor.map { "floor \($0)" } ?? "the doors' floor"), "
            + "and is on floor \(floor)")
      }
    }
    for room in floors.keys where !drawn.contains(room) { found.append("\(room) is not drawn") }
    return found.sorted()
  }
}

import Datasets
import TestSupport
import Testing

@Suite("Labels that are nearly equal")
struct LabelRuleTests {
  /// A catalogue of a table with these labels, one image each.
  private func read(_ labels: [String], _ rules: LabelRules? = nil) throws -> Catalogue {
    let folder = try TemporaryFolder()
    let rows = labels.enumerated().map { "\($0.offset),\"\($0.element)\"\n" }
    try folder.write("id,label\n" + rows.joined(), to: "table.csv")
    try folder.images(labels.indices.map(String.init))
    var configuration = folder.table()
    configuration.labels = rules
    do {
      return try Catalogue.read(configuration)
    } catch {
      throw Told(text: "\(error)".replacing(folder.path, with: "ROOT"))
    }
  }

  private struct Told: Error, CustomStringConvertible {
    var text: String
    var description: String { text }
  }

  @Test(
    "are asked about",
    arguments: [
      ("Boot", "boot"), ("Boot", "BOOT"), ("Boot", "Boot\u{A0}"), ("Boot", "Boot\u{200B}"),
      ("Flip Flop", "Flip  Flop"), ("Flip Flop", "Flip\tFlop"), ("Flip Flop", "Flip-Flop"),
      ("flip_flop", "Flip Flop"), ("1", "1.0"), ("1", "01"), ("2.50", "2.5"), ("-1", "-1.0"),
      ("Cat", "\u{421}at"), ("Cat", "C\u{430}t"), ("Men's", "Men\u{2019}s"), ("ABC", "\u{FF21}BC"),
      ("Shoe", "\u{FEFF}Shoe"), ("Shoe", "Sh\u{AD}oe"), ("na\u{EF}ve", "NA\u{CF}VE"),
    ])
  func asked(first: String, second: String) {
    #expect { try read([first, second, "Other"]) } throws: {
      "\($0)".hasPrefix("ROOT/table.csv:")
        && "\($0)".contains("1 group of labels differ only in capitals, blanks, hyphens, invisible")
        && "\($0)".contains("write labels: {near: merge} under dataset")
    }
  }

  @Test(
    "are not those that mean different things",
    arguments: [
      ("A", "A-"), ("1", "-1"), ("1", "10"), ("1.5", "15"), ("caf\u{E9}", "cafe"),
      ("Boot", "Boots"),
      ("010", "0100"), ("1e3", "1000"), ("C", "C#"), ("a b", "ab"), ("0.1", "01"), ("T1", "T2"),
      ("\u{43A}\u{43E}\u{442}", "\u{43A}\u{438}\u{442}"), ("-", "_"),
    ])
  func different(first: String, second: String) throws {
    #expect(Set(try read([first, second]).examples.map(\.label)).count == 2)
  }

  @Test("are shown with their counts and with what cannot be seen") func words() {
    #expect {
      try read(["Boot\u{A0}", "Boot", "Boot", "s\u{43E}ck", "sock", "Tie"])
    } throws: {
      "\($0)"
        == "ROOT/table.csv:2: 2 groups of labels differ only in capitals, blanks, hyphens, invisible"
        + " or look-alike characters, or in how a number is written: 'Boot' (2), 'Boot\\u{A0}' (1);"
        + " 'sock' (1), 's\\u{43E}ck' (1); write labels: {near: merge} under dataset to make each"
        + " group one class, or labels: {near: keep} to keep them apart; labels.merge joins single"
        + " ones"
    }
  }

  @Test("are one class under the most frequent spelling where the file says so")
  func merged() throws {
    let labels = ["boot", "Boot", "BOOT", "Boot", "Tie", "1", "1.0", "01", "01"]
    let catalogue = try read(labels, LabelRules(near: .merge))
    #expect(
      catalogue.examples.map(\.label) == [
        "Boot", "Boot", "Boot", "Boot", "Tie", "01", "01", "01", "01",
      ])
    #expect(
      catalogue.notes == [
        "2 groups of nearly equal labels are one class a group, under the first spelling: '01' (2),"
          + " '1' (1), '1.0' (1); 'Boot' (2), 'BOOT' (1), 'boot' (1)"
      ])
  }

  @Test("stay apart where the file says so, and that is told") func kept() throws {
    let catalogue = try read(["A", "a", "b"], LabelRules(near: .keep))
    #expect(catalogue.examples.map(\.label) == ["A", "a", "b"])
    #expect(
      catalogue.notes == [
        "1 group of nearly equal labels are kept as classes of their own: 'A' (1), 'a' (1)"
      ])
  }

  @Test("or not are merged by name, and must occur") func named() throws {
    let rules = LabelRules(merge: ["Footwear": ["Boot", "Sandal"], "Tie": ["TIE"]])
    let catalogue = try read(["Boot", "Sandal", "Tie", "TIE"], rules)
    #expect(catalogue.examples.map(\.label) == ["Footwear", "Footwear", "Tie", "Tie"])
    #expect(
      catalogue.notes == [
        "2 images of 'Boot' (1), 'Sandal' (1) taken as class 'Footwear', as labels.merge says",
        "1 image of 'TIE' (1) taken as class 'Tie', as labels.merge says",
      ])
    #expect { try read(["Boot", "Tie"], LabelRules(merge: ["Boot": ["Boost"]])) } throws: {
      "\($0)"
        == "dataset.labels.merge: no label 'Boost' (did you mean 'Boot'?); the labels of"
        + " ROOT/table.csv are 'Boot', 'Tie'"
    }
  }

  @Test("that programs write for a missing value are told, and set aside on demand")
  func missing() throws {
    let labels = ["A", "nan", "NA", "nan", "None", "A"]
    let catalogue = try read(labels)
    #expect(
      catalogue.notes == [
        "4 images of classes whose names are what programs write for a missing value: 'NA' (1),"
          + " 'None' (1), 'nan' (2); labels: {missing: [NA, None, nan]} under dataset sets them aside"
      ])
    let cleaned = try read(labels, LabelRules(missing: ["nan", "NA", "None"]))
    #expect(cleaned.examples.map(\.label) == ["A", "A"])
    #expect(cleaned.quarantined.map(\.reason) == Array(repeating: .emptyLabel, count: 4))
    #expect(cleaned.notes.isEmpty)
  }

  @Test("in other bytes alone are one class, and that is told") func composed() throws {
    let catalogue = try read(["caf\u{E9}", "cafe\u{301}", "tea"])
    #expect(Set(catalogue.examples.map(\.label)).count == 2)
    #expect(
      catalogue.notes == [
        "1 class of labels that differ only in how letters are composed: 'caf\u{E9}' (2)"
      ])
  }

  @Test("that are several in one cell are refused with the line") func joined() throws {
    let labels = ["Boot", "Sandal", "Boot|Sandal", "Boot|Tie"]
    #expect { try read(labels) } throws: {
      "\($0)".hasPrefix(
        "ROOT/table.csv:4: 1 image have several labels, joined by '|': 'Boot|Sandal' (1);")
    }
    #expect(try read(labels, LabelRules(near: .keep)).examples.count == 4)
    #expect(try read(labels, LabelRules(missing: ["Boot|Sandal"])).examples.count == 3)
  }
}

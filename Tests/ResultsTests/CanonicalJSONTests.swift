import Results
import Testing

@Suite("Canonical JSON")
struct CanonicalJSONTests {
  private struct Recipe: Codable {
    var z = 1
    var a = Inner()
    var seed = UInt64.max
    var list: [Float] = [0.485, 0.1, 1e-7, 3]
    var missing: Int?
    struct Inner: Codable {
      var rate = 0.1
      var whole = 64.0
      var flag = true
      var path = "/data/x \"y\"\n\u{1}é"
    }
  }

  @Test("sorts keys, drops white space and writes the shortest numbers")
  func text() throws {
    let expected =
      #"{"a":{"flag":true,"path":"/data/x \"y\"\n\u0001é","rate":0.1,"whole":64},"#
      + #""list":[0.485,0.1,1e-07,3],"seed":18446744073709551615,"z":1}"#
    #expect(try CanonicalJSON.text(of: Recipe()) == expected)
  }

  @Test("is the same for the same document however it is written")
  func normalForm() throws {
    let one = try JSONValue(parsing: #"{ "b" : [1.0, 2.50, -0.0, 1e3], "a": null }"#)
    let other = try JSONValue(parsing: #"{"a":null,"b":[1,2.5,0,1000]}"#)
    let text = try CanonicalJSON.text(of: one)
    #expect(text == #"{"a":null,"b":[1,2.5,0,1000]}"#)
    #expect(try CanonicalJSON.text(of: other) == text)
  }

  @Test("reads back as the same numbers", arguments: [0.1, 1.0 / 3, 5e-324, 1e300, 2.5e15, -7.25])
  func roundTrip(number: Double) throws {
    let text = try CanonicalJSON.text(of: [number])
    #expect(try JSONValue(parsing: text)[path: "0"].map { "\($0)" } != nil)
    #expect(Double(text.dropFirst().dropLast()) == number)
  }

  @Test("refuses numbers that JSON cannot hold", arguments: [Double.nan, .infinity, -.infinity])
  func notFinite(number: Double) {
    var recipe = Recipe()
    recipe.a.rate = number
    let error = #expect(throws: CanonicalJSON.NotFinite.self) {
      try CanonicalJSON.text(of: recipe)
    }
    #expect(error?.path == "a.rate")
    #expect(throws: CanonicalJSON.NotFinite.self) {
      try CanonicalJSON.text(of: JSONValue.array([.number(number)]))
    }
  }

  @Test("leaves out what it is told to leave out")
  func excluding() throws {
    let text = try CanonicalJSON.text(
      of: Recipe(), excluding: ["seed", "a.path", "list", "no.such.key", "z.deeper"])
    #expect(text == #"{"a":{"flag":true,"rate":0.1,"whole":64},"z":1}"#)
  }

  @Test("lists its leaves by dotted path")
  func leaves() throws {
    let value = try JSONValue(parsing: #"{"b":{"c":[1,{"d":null}],"e":{}},"a":true}"#)
    #expect(value.leaves.map(\.key) == ["a", "b.c.0", "b.c.1.d", "b.e"])
    #expect(value.leaves.map(\.value) == [.bool(true), .integer(1), .null, .object([:])])
    #expect(value[path: "b.c.0"] == .integer(1) && value[path: "b.c.9"] == nil)
  }

  @Test("rejects text that is no JSON")
  func malformed() {
    #expect(throws: (any Error).self) { try JSONValue(parsing: "{\"a\":") }
  }
}

@Suite("A fingerprint")
struct FingerprintTests {
  @Test("depends on recipe, data and schema")
  func parts() {
    let hash = Fingerprint.hash(canonicalJSON: "{}", dataset: "d", schemaVersion: 1)
    // printf 'schema 1\ndataset d\n{}' | sha256sum
    #expect(hash == "735a02ef6ed66eb7a7095cf26a12c8495b109269e88463e329067241f4dca04d")
    #expect(Fingerprint.hash(canonicalJSON: "[]", dataset: "d", schemaVersion: 1) != hash)
    #expect(Fingerprint.hash(canonicalJSON: "{}", dataset: "e", schemaVersion: 1) != hash)
    #expect(Fingerprint.hash(canonicalJSON: "{}", dataset: "d", schemaVersion: 2) != hash)
  }

  @Test("gives a run of each sweep its own name")
  func uid() {
    let uid = Fingerprint.uid(sweep: "night", configHash: "abc")
    #expect(uid.count == 16 && uid == Fingerprint.uid(sweep: "night", configHash: "abc"))
    #expect(uid != Fingerprint.uid(sweep: "day", configHash: "abc"))
  }
}

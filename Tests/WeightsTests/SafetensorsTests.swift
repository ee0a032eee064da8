import Foundation
import TestSupport
import Testing
import Weights

@Suite("safetensors files") struct SafetensorsTests {
  @Test func `what the safetensors package wrote is read`() throws {
    let file = try open("plain.safetensors")
    #expect(file.format == .safetensors)
    #expect(file.metadata == ["note": "“é”\n\"\\"])
    #expect(Set(file.tensors.map(\.name)) == Set(Numbers.plainShapes.keys))
    for tensor in file.tensors where tensor.type == .float32 {
      #expect(tensor.shape == Numbers.plainShapes[tensor.name])
      #expect(tensor.floats() == Numbers.values(tensor.name, count: tensor.count))
    }
    #expect(file["bn1.num_batches_tracked"]?.integers() == [37])
  }

  @Test func `what is written is byte by byte what the package writes`() throws {
    let folder = try TemporaryFolder("weights")
    var writer = SafetensorsWriter(metadata: ["note": "“é”\n\"\\"])
    for (name, shape) in Numbers.plainShapes.sorted(by: { $0.key > $1.key }) {
      if shape.isEmpty {
        writer.add(name, shape: shape, integers: [37])
      } else {
        writer.add(name, shape: shape, Numbers.values(name, count: shape.reduce(1, *)))
      }
    }
    let path = folder.path(of: "a.safetensors")
    try writer.write(to: path)
    #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == bytes("plain.safetensors"))
  }

  @Test func `control characters and long names survive`() throws {
    let folder = try TemporaryFolder("weights")
    let path = folder.path(of: "a.safetensors")
    let name = "\u{1}\t\u{8}\u{C}\r𝄞" + String(repeating: "x", count: 5_000)
    var writer = SafetensorsWriter(metadata: [:])
    writer.add(name, shape: [2], [1, -0.0])
    try writer.write(to: path)
    let file = try WeightFile(path: path)
    #expect(file.metadata.isEmpty && file[name]?.floats() == [1, -0.0])
  }

  /// A file with this header over so many bytes of data.
  private func made(_ header: String, data: Int = 0) -> [UInt8] {
    let text = Array(header.utf8)
    var bytes = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }
    bytes += text
    return bytes + [UInt8](repeating: 0, count: data)
  }

  private static let a = #""a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#

  @Test func `the smallest files are read`() throws {
    #expect(problem(made("{}")) == "")
    #expect(problem(made("{\(Self.a)}", data: 8)) == "")
    #expect(problem(made(" {}")).contains("neither"))
    #expect(
      problem(
        made(#"{"a\ud834\udd1e" : {"dtype":"U8","shape":[ ],"data_offsets":[0, 1]} }  "#, data: 1))
        == "")
  }

  @Test(
    arguments: [
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 9, "but 9 follow"),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 7, "but 7 follow"),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}"#, 9, "holes"),
      (#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8, "does not fit"),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8, "does not fit"),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}"#, 8, "two data_offsets"),
      (#"{"a":{"dtype":"F32","shape":[4611686018427387904,2],"data_offsets":[0,0]}}"#, 0, "large"),
      (
        #"{"a":{"dtype":"F32","shape":[0,4611686018427387904,8],"data_offsets":[0,0]}}"#, 0, "large"
      ),
      (#"{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}"#, 0, "fit"),
      (#"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,0]}}"#, 0, "number"),
      (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}"#, 0, "no whole number"),
      (#"{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#, 8, "no ']'"),
      (#"{"a":{"dtype":"F32","shape":[02],"data_offsets":[0,8]}}"#, 8, "no whole number"),
      (#"{"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}"#, 2, "'F8_E4M3'"),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}"#, 8, "unknown key 'x'"),
      (#"{"a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}"#, 8, "twice"),
      (#"{"a":{"dtype":"F32","shape":[2]}}"#, 0, "needs dtype"),
      (#"{"__metadata__":{"a":1}}"#, 0, "no '\"'"),
      (#"{"__metadata__":{"a":"b","a":"c"}}"#, 0, "twice"),
      (#"{"a":[[[[[[[[[["#, 0, "no '{'"),
      (#"{"a"#, 0, "does not end"),
      (#"{"a\q":1}"#, 0, "unknown escape"),
      (#"{"a\ud834":1}"#, 0, "surrogate"),
      (#"{}{}"#, 0, "goes on after its end"),
      (
        #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#,
        6, "overlap"
      ),
      (
        #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#,
        8, "twice"
      ),
    ])
  func `a header that lies is refused`(_ header: String, _ data: Int, _ words: String) {
    let found = problem(made(header, data: data))
    #expect(found.contains(words), "\(found)")
  }

  @Test func `a header that is longer than the file, or than the limit, is refused`() {
    for length in [UInt64(3), 1_000, 100_000_001, .max] {
      let prefix = withUnsafeBytes(of: length.littleEndian) { Array($0) }
      #expect(problem(prefix + Array("{}".utf8)) != "", "\(length)")
    }
  }
}

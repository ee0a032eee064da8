import Foundation
import TestSupport
import Testing
import Weights

@Suite("PyTorch's files") struct TorchCheckpointTests {
  @Test func `a state dict's names, shapes, types and numbers are read`() throws {
    let file = try open("plain.pth")
    #expect(file.format == .torch && file.wrapper == nil && file.metadata.isEmpty)
    #expect(
      file.tensors.map(\.name) == [
        "conv1.weight", "bn1.weight", "bn1.num_batches_tracked", "fc.weight",
      ])
    for (name, shape) in Numbers.plainShapes where name != "bn1.num_batches_tracked" {
      let tensor = try #require(file[name])
      #expect(tensor.shape == shape && tensor.type == .float32)
      #expect(tensor.floats() == Numbers.values(name, count: tensor.count))
    }
    let counter = try #require(file["bn1.num_batches_tracked"])
    #expect(counter.type == .int64 && counter.integers() == [37] && counter.floats() == [37])
    #expect(file["absent"] == nil)
    #expect(file.digest().count == 64)
  }

  @Test(arguments: ["types.pth", "types.safetensors"])
  func `every element type becomes single precision`(_ name: String) throws {
    let file = try open(name)
    for type in ElementType.allCases {
      let tensor = try #require(file[type.torchName])
      #expect(tensor.type == type && tensor.shape == [3, 5])
      let numbers = Numbers.values(type.torchName, count: 15)
      let expected: [Float] =
        switch type {
        case .float64, .float32, .float16, .bfloat16: numbers
        case .int64, .int32, .int16, .int8: numbers.map { $0 * 8 }
        case .uint8: numbers.map { $0 * 8 + 64 }
        case .bool: numbers.map { $0 > 0 ? 1 : 0 }
        }
      #expect(tensor.floats() == expected, "\(type)")
      #expect(tensor.integers() == (type.isFloating ? nil : expected.map { Int($0) }), "\(type)")
    }
    #expect(file["empty"]?.shape == [0, 3] && file["empty"]?.floats() == [])
    #expect(file["scalar"]?.shape == [] && file["scalar"]?.floats() == [2.5])
    let extremes = try #require(file["half extremes"]).floats()
    let expected: [Float] = [
      0, -0.0, 0x1p-24, -0x1p-14, 65_504, .infinity, -.infinity, 0.333251953125,
    ]
    #expect(extremes == expected && extremes[1].sign == .minus)
  }

  private struct View: Decodable {
    let shape: [Int]
    let values: [Float]
  }

  @Test func `views of any stride are read in row-major order`() throws {
    let file = try open("views.pth")
    let expected = try fixture("views.json", as: [String: View].self)
    #expect(file.tensors.count == expected.count && expected.count == 7)
    for (name, view) in expected {
      let tensor = try #require(file[name])
      #expect(tensor.shape == view.shape && tensor.floats() == view.values, "\(name)")
    }
  }

  @Test func `a module's state dict with its versions, and bare parameters`() throws {
    let module = try open("module.pth")
    #expect(module.tensors.count == 7)
    #expect(module["0.weight"]?.floats() == Numbers.values("0.weight", count: 108))
    let parameters = try open("parameters.pth")
    #expect(parameters.tensors.map(\.name) == ["0.weight", "0.bias", "1.weight", "1.bias"])
    #expect(parameters["1.bias"]?.floats() == Numbers.values("1.bias", count: 4))
  }

  @Test func `the state dict inside a training checkpoint is found`() throws {
    let file = try open("wrapped.pth")
    #expect(file.wrapper == "state_dict")
    #expect(Set(file.tensors.map(\.name)) == Set(Numbers.plainShapes.keys.map { "module." + $0 }))
    #expect(file["module.fc.weight"]?.floats() == Numbers.values("fc.weight", count: 20))
  }

  @Test(
    arguments: [
      ("legacy.pth", "before version 1.6", "torch.save(torch.load("),
      ("whole_module.pth", "'torch.nn.modules.linear.Linear'", "state_dict()"),
      ("one_tensor.pth", "holds a tensor, not a state dict", "state_dict()"),
      ("no_tensors.pth", "dictionary of 'epoch', 'notes'", "known keys"),
      ("number_among.pth", "'epoch' in its state dict is a whole number", "tensors alone"),
      ("protocol4.pth", "protocol 4", "without pickle_protocol"),
      ("script.pt", "TorchScript program", "torch.jit.load"),
    ])
  func `what is no state dict is refused with advice`(
    _ name: String, _ reason: String, _ advice: String
  ) throws {
    let error = #expect(throws: WeightError.self) { try open(name) }
    #expect(error?.reason.contains(reason) == true, "\(error?.description ?? "")")
    #expect(error?.advice.contains(advice) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains(name) == true)
  }

  @Test func `what is no file of weights is refused with its first bytes`() throws {
    #expect(problem(Array("hello, world".utf8)).contains("it starts with 68 65 6c 6c"))
    #expect(problem([]).contains("neither"))
    #expect(throws: (any Error).self) { try WeightFile(path: "/nowhere/at/all.pth") }
  }
}

-- One row or more of every table, with every type of value: Tests/References/store_digests.py.
INSERT INTO sweep VALUES (1,'night','night.yaml','name: night','5ada46c0b879a542f84012475ac5ac444b2a6657909d76887961e58b98fe3bbc','focal','2026-11-23T01:00:00Z');
INSERT INTO environment (id,digest,host,cores,git_dirty) VALUES (1,'e','bänk',2,1);
INSERT INTO dataset VALUES (1,'shoes','d1',20.0);
INSERT INTO quarantine VALUES (1,'missing image',3);
INSERT INTO class VALUES (1,0,'boots',200,4,4,'many'),(1,1,'größe 😀',10,2,2,'few');
INSERT INTO dataset_remark VALUES (1,1,'quarantined',3,'3 left out'),(1,2,'split',NULL,'');
INSERT INTO test_image VALUES (1,0,'a.png',0,0),(1,1,'b.png',1,NULL);
INSERT INTO run (id,uid,config_hash,group_hash,name,sweep_id,dataset_id,environment_id,strategy,seed,status,config,swept_keys,images_planned,accuracy,test_loss,wall_s)
  VALUES (7,'u7','c7','g','focal-s1',1,1,1,'focal',-1,'done','{"seed":1}','[]',520,0.1,-0.0,90);
INSERT INTO run (id,uid,config_hash,group_hash,name,sweep_id,dataset_id,strategy,seed,status,config,swept_keys,images_planned,equals_run,archived_at)
  VALUES (9,'u9','c9','h','other-s1',1,1,'other',9223372036854775807,'done','{}','[]',0,7,'2026-11-24T00:00:00Z');
INSERT INTO attempt (run_id,number,started_at,host,pid) VALUES (7,1,'t','h',12),(7,2,'t',NULL,NULL);
INSERT INTO setting VALUES (7,'a',1,0),(7,'b',0.5,1),(7,'c','text',0),(7,'d',NULL,0);
INSERT INTO tag VALUES (7,'final');
INSERT INTO note VALUES (7,1,'a note'),(9,1,'the same');
INSERT INTO comment VALUES (7,1,'said','2026-11-24T00:00:00Z');
INSERT INTO class_metric (run_id,split,class_index,support,predicted,correct,correct_top5,top1,recall) VALUES
  (7,'val',0,4,4,3,4,0.75,0.75),(7,'test',0,4,3,3,4,0.75,0.75),(7,'test',1,2,3,1,2,0.5,0.5);
INSERT INTO confusion VALUES (7,'test',0,0,3),(7,'test',0,1,1),(7,'test',1,1,1),(7,'test',1,0,1);
INSERT INTO prediction (run_id,example_id,true_class,class_1,p_1) VALUES (7,'a.png',0,0,0.9);
INSERT INTO class_mass VALUES (7,0,0.5,1.0,0.4,0.7,0.6),(7,1,0.5,2.0,0.6,0.3,0.4);
INSERT INTO phase_mass VALUES (7,1,0,9,0.5,1.0,0.4,42,0.75),(7,1,1,9,0.5,2.0,0.6,7,0.25);
INSERT INTO epoch (run_id,epoch,train_loss,images_seen,is_best) VALUES (7,1,1e-300,260,1),(7,2,1,520,0);
INSERT INTO kernel VALUES (7,'winograd',12);
INSERT INTO figure VALUES (7,'fallback.asked',0.25);
INSERT INTO guess VALUES (7,0,0,9000),(7,1,NULL,NULL);
INSERT INTO artifact VALUES (7,'log','x.log',NULL,NULL);
INSERT INTO recipe VALUES (1,1,'shoes','aabb','{}',1,'t','t');
INSERT INTO recipe_run VALUES (1,7,1),(1,9,1);

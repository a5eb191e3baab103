/* Every key of the vendor's configuration file, one row each: the four sections of `hb_mapper makertbin` (X3, Ultra,
 * X5) and what `hb_compile` (S100, S600) adds or allows otherwise.
 *
 * KEY (ID, section, name, type, list, allowed, allowed_nash, marches, elsewhere, otherwise, doc)
 *   list          ONE value; LIST of values joined by ";"; INPUTS: one value for each input
 *   allowed       words divided by blanks; for numbers "low high"; NULL: anything of the type
 *   allowed_nash  the same for the S family; NULL: as `allowed`
 *   marches       where the key exists: X3, ULTRA, X5, NASH, or several
 *   elsewhere     what the key is on other marches: ERROR, or WARNING where the vendor's tool ignores it
 *   otherwise     what holds if the key is absent; NULL: nothing
 *
 * Source: the D-Robotics algorithm toolchain documentation (rdk_doc, ptq_process) and published configurations.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#define FX_CONFIG_KEYS(KEY)                                                                                            \
  KEY (PROTOTXT, MODEL, "prototxt", PATH, ONE, NULL, NULL, ALL, ERROR, NULL, "Caffe network")                          \
  KEY (CAFFE_MODEL, MODEL, "caffe_model", PATH, ONE, NULL, NULL, ALL, ERROR, NULL, "Caffe weights")                    \
  KEY (ONNX_MODEL, MODEL, "onnx_model", PATH, ONE, NULL, NULL, ALL, ERROR, NULL, "ONNX model")                         \
  KEY (MARCH, MODEL, "march", WORD, ONE, "bernoulli2 bayes bayes-e nash-e nash-m nash-p", NULL, ALL, ERROR, NULL,      \
       "BPU architecture")                                                                                             \
  KEY (PREFIX, MODEL, "output_model_file_prefix", TEXT, ONE, NULL, NULL, ALL, ERROR, "model",                          \
       "First part of the names of all files written")                                                                 \
  KEY (WORKING_DIR, MODEL, "working_dir", PATH, ONE, NULL, NULL, ALL, ERROR, "model_output",                           \
       "Folder that the files are written to")                                                                         \
  KEY (LAYER_OUT_DUMP, MODEL, "layer_out_dump", BOOL, ONE, NULL, NULL, ALL, ERROR, "False",                            \
       "Give the output of every convolution, for debugging")                                                          \
  KEY (OUTPUT_NODES, MODEL, "output_nodes", TEXT, LIST, NULL, NULL, ALL, ERROR, NULL,                                  \
       "Nodes whose results are the outputs instead of those of the file")                                             \
  KEY (REMOVE_NODE_TYPE, MODEL, "remove_node_type", WORD, LIST, "Quantize Dequantize Transpose Cast Reshape",          \
       "Quantize Dequantize Transpose Cast Reshape Softmax", ALL, ERROR, NULL,                                         \
       "Types of nodes that are removed where they touch an input or output")                                          \
  KEY (REMOVE_NODE_NAME, MODEL, "remove_node_name", TEXT, LIST, NULL, NULL, ALL, ERROR, NULL, "The same by name")      \
  KEY (SET_NODE_DATA_TYPE, MODEL, "set_node_data_type", TEXT, LIST, NULL, NULL, ULTRA | X5, ERROR, NULL,               \
       "NODE:int16, older form of node_info")                                                                          \
  KEY (DEBUG_MODE, MODEL, "debug_mode", WORD, ONE, "dump_calibration_data", NULL, ALL, ERROR, NULL,                    \
       "Keep the calibration data as the network saw it")                                                              \
  KEY (NODE_INFO, MODEL, "node_info", DICT_OR_TEXT, LIST, NULL, NULL, ULTRA | X5, ERROR, NULL,                         \
       "Device and data types of single nodes")                                                                        \
  KEY (LOG_LEVEL, MODEL, "log_level", TEXT, ONE, NULL, NULL, ALL, ERROR, NULL, "Not used")                             \
  KEY (ENABLE_VPU, MODEL, "enable_vpu", BOOL, ONE, NULL, NULL, NASH, ERROR, "True", "Use the vector unit")             \
  KEY (ENABLE_SPU, MODEL, "enable_spu", BOOL, ONE, NULL, NULL, NASH, ERROR, "True", "Use the scalar unit")             \
                                                                                                                       \
  KEY (INPUT_NAME, INPUT, "input_name", TEXT, LIST, NULL, NULL, ALL, ERROR, NULL,                                      \
       "Inputs of the model; gives the order of everything below")                                                     \
  KEY (TYPE_TRAIN, INPUT, "input_type_train", WORD, INPUTS, "rgb bgr yuv444 gray featuremap", NULL, ALL, ERROR, NULL,  \
       "What the float model was trained on")                                                                          \
  KEY (LAYOUT_TRAIN, INPUT, "input_layout_train", WORD, INPUTS, "NCHW NHWC", NULL, ALL, ERROR, NULL,                   \
       "Layout of the model's input")                                                                                  \
  KEY (TYPE_RT, INPUT, "input_type_rt", WORD, INPUTS, "nv12 yuv444 rgb bgr gray featuremap", NULL, ALL, ERROR, NULL,   \
       "What the application feeds on the board")                                                                      \
  KEY (LAYOUT_RT, INPUT, "input_layout_rt", WORD, INPUTS, "NCHW NHWC", NULL, X3 | ULTRA | X5, WARNING, NULL,           \
       "Layout that the application feeds")                                                                            \
  KEY (SPACE_AND_RANGE, INPUT, "input_space_and_range", WORD, INPUTS, "regular bt601_video", NULL, ALL, ERROR,         \
       "regular", "Range of nv12 pictures: 0..255 or 16..235")                                                         \
  KEY (INPUT_SHAPE, INPUT, "input_shape", SHAPE, INPUTS, NULL, NULL, ALL, ERROR, NULL, "Such as 1x3x224x224")          \
  KEY (INPUT_BATCH, INPUT, "input_batch", INT, ONE, "1 128", NULL, ALL, ERROR, "1", "Pictures of one inference")       \
  KEY (NORM_TYPE, INPUT, "norm_type", WORD, INPUTS, "no_preprocess data_mean data_scale data_mean_and_scale", NULL,    \
       X3 | ULTRA | X5, WARNING, NULL, "Which of mean and scale are applied")                                          \
  KEY (MEAN_VALUE, INPUT, "mean_value", NUMBERS, INPUTS, NULL, NULL, ALL, ERROR, NULL,                                 \
       "Subtracted from 0..255 data; one number or one for each channel")                                              \
  KEY (SCALE_VALUE, INPUT, "scale_value", NUMBERS, INPUTS, NULL, NULL, ALL, ERROR, NULL, "Multiplied after that")      \
  KEY (STD_VALUE, INPUT, "std_value", NUMBERS, INPUTS, NULL, NULL, NASH, ERROR, NULL,                                  \
       "Divides instead of scale_value")                                                                               \
  KEY (SEPARATE_BATCH, INPUT, "separate_batch", BOOL, ONE, NULL, NULL, NASH, ERROR, "False",                           \
       "One input for each picture of the batch")                                                                      \
  KEY (SEPARATE_NAME, INPUT, "separate_name", TEXT, LIST, NULL, NULL, NASH, ERROR, NULL, "The same for these inputs")  \
                                                                                                                       \
  KEY (CAL_DATA_DIR, CALIBRATION, "cal_data_dir", PATH, INPUTS, NULL, NULL, ALL, ERROR, NULL, "Folder of samples")     \
  KEY (CAL_DATA_TYPE, CALIBRATION, "cal_data_type", WORD, INPUTS, "float32 uint8", NULL, X3 | ULTRA | X5, WARNING,     \
       NULL, "Type of the elements in the files; by the folder's suffix _f32 if not given")                            \
  KEY (PREPROCESS_ON, CALIBRATION, "preprocess_on", BOOL, ONE, NULL, NULL, X3 | ULTRA | X5, WARNING, "False",          \
       "The samples are pictures")                                                                                     \
  KEY (CALIBRATION_TYPE, CALIBRATION, "calibration_type", WORD, ONE, "default mix kl max load skip",                   \
       "default mix kl max skip", ALL, ERROR, "default", "Method that chooses ranges")                                 \
  KEY (MAX_PERCENTILE, CALIBRATION, "max_percentile", FLOAT, ONE, "0 1", NULL, ALL, ERROR, "1",                        \
       "Share of the values inside the range, for max")                                                                \
  KEY (PER_CHANNEL, CALIBRATION, "per_channel", BOOL, ONE, NULL, NULL, ALL, ERROR, "False", "Ranges for each channel") \
  KEY (RUN_ON_CPU, CALIBRATION, "run_on_cpu", TEXT, LIST, NULL, NULL, ALL, ERROR, NULL, "Nodes that stay in float")    \
  KEY (RUN_ON_BPU, CALIBRATION, "run_on_bpu", TEXT, LIST, NULL, NULL, ALL, ERROR, NULL, "Nodes forced onto the BPU")   \
  KEY (OPTIMIZATION, CALIBRATION, "optimization", TEXT, LIST, NULL, NULL, ALL, ERROR, NULL,                            \
       "set_model_output_int8, set_all_nodes_int16, set_Softmax_input_int8 …")                                         \
  KEY (QUANT_CONFIG, CALIBRATION, "quant_config", DICT_OR_TEXT, ONE, NULL, NULL, NASH, ERROR, NULL,                    \
       "Precision and methods by model, operator type and node")                                                       \
                                                                                                                       \
  KEY (COMPILE_MODE, COMPILER, "compile_mode", WORD, ONE, "latency bandwidth", "latency bandwidth balance", ALL,       \
       ERROR, "latency", "What the compiler makes small")                                                              \
  KEY (BALANCE_FACTOR, COMPILER, "balance_factor", INT, ONE, "0 100", NULL, NASH, ERROR, NULL,                         \
       "For balance: 0 is bandwidth, 100 latency")                                                                     \
  KEY (DEBUG, COMPILER, "debug", BOOL, ONE, NULL, NULL, ALL, ERROR, "False", "Performance of every layer")             \
  KEY (CORE_NUM, COMPILER, "core_num", INT, ONE, "1 2", "1 4", X3 | X5 | NASH, ERROR, "1", "Cores for one inference")  \
  KEY (OPTIMIZE_LEVEL, COMPILER, "optimize_level", WORD, ONE, "O0 O1 O2 O3", "O0 O1 O2", ALL, ERROR, NULL,             \
       "Effort of the compiler")                                                                                       \
  KEY (INPUT_SOURCE, COMPILER, "input_source", DICT, ONE, NULL, NULL, ALL, ERROR, NULL,                                \
       "{input: ddr, pyramid or resizer}")                                                                             \
  KEY (MAX_TIME_PER_FC, COMPILER, "max_time_per_fc", INT, ONE, "0 4294967295", "0 10000000", ALL, ERROR, "0",          \
       "Microseconds of one function call; 0: no limit")                                                               \
  KEY (JOBS, COMPILER, "jobs", INT, ONE, "1 4096", NULL, ALL, ERROR, NULL, "Processes of the compiler")                \
  KEY (ADVICE, COMPILER, "advice", FLOAT, ONE, NULL, NULL, NASH, ERROR, NULL,                                          \
       "Report operators that take longer, in microseconds")                                                           \
  KEY (CACHE_MODE, COMPILER, "cache_mode", WORD, ONE, "disable enable force_overwrite", NULL, NASH, ERROR, "disable",  \
       "Keep results of the compiler")                                                                                 \
  KEY (CACHE_PATH, COMPILER, "cache_path", PATH, ONE, NULL, NULL, NASH, ERROR, NULL, "… in this folder")               \
  KEY (MAX_L2M_SIZE, COMPILER, "max_l2m_size", INT, ONE, "0 25165824", NULL, NASH, ERROR, NULL,                        \
       "Bytes of the memory between cores")                                                                            \
  KEY (EXTRA_PARAMS, COMPILER, "extra_params", DICT, ONE, NULL, NULL, NASH, ERROR, NULL,                               \
       "input_no_padding, output_no_padding")                                                                          \
  KEY (ABILITY_ENTRY, COMPILER, "ability_entry", TEXT, ONE, NULL, NULL, NASH, ERROR, NULL, "Not used")                 \
  KEY (HBDK3_COMPATIBLE, COMPILER, "hbdk3_compatible_mode", BOOL, ONE, NULL, NULL, NASH, ERROR, NULL, "Not used")      \
                                                                                                                       \
  KEY (CUSTOM_OP_METHOD, CUSTOM_OP, "custom_op_method", WORD, ONE, "register", NULL, ALL, ERROR, NULL,                 \
       "How operators of one's own come in")                                                                           \
  KEY (OP_REGISTER_FILES, CUSTOM_OP, "op_register_files", PATH, LIST, NULL, NULL, ALL, ERROR, NULL,                    \
       "Their Python files")                                                                                           \
  KEY (CUSTOM_OP_DIR, CUSTOM_OP, "custom_op_dir", TEXT, ONE, NULL, NULL, ALL, ERROR, NULL, "Folder of these files")
